import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dunning_ladder_edit", {
    steps: () => [
        {
            content: "The ladder is told in plain words",
            trigger: "div[name=summary]:contains(D+5 e-mail)",
        },
        {
            content: "Open the first level",
            trigger: ".o_field_widget[name=level_ids] .o_data_cell[name=name]:contains(First)",
            run: "click",
        },
        {
            content: "Give the debtor two days more",
            trigger: ".modal div[name=delay_days] input",
            run: "edit 7",
        },
        {
            content: "Save the level",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "Save the ladder",
            trigger: "body:not(:has(.modal)) .o_form_button_save",
            run: "click",
        },
        {
            content: "The summary follows",
            trigger: "div[name=summary]:contains(D+7 e-mail)",
        },
        {
            content: "Preview the text of the level",
            trigger: ".o_data_row:contains(First) button[name=action_preview_text]",
            run: "click",
        },
        {
            content: "The text names the invoice of a real debtor",
            trigger: ".modal div[name=text] td:contains(INV)",
        },
        {
            content: "Close the preview",
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            content: "Back on the ladder",
            trigger: "body:not(:has(.modal)) div[name=summary]",
        },
    ],
});
