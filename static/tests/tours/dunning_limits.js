import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dunning_limitation_confirm", {
    steps: () => [
        {
            content: "The case says until when to act",
            trigger: ".alert:contains(can no longer be claimed in court)",
        },
        {
            content: "Open what interrupts the limitation",
            trigger: ".o_notebook .nav-link[name=limitation]",
            run: "click",
        },
        {
            content: "Enter a promise",
            trigger: "button[name=action_add_limitation_event]",
            run: "click",
        },
        {
            content: "What happened",
            trigger: ".modal div[name=kind] input",
            run: "click",
        },
        {
            content: "Choose it",
            trigger: ".o_select_menu_item:contains(Promise to pay)",
            run: "click",
        },
        {
            content: "When",
            trigger: ".modal div[name=date] input, .modal div[name=date] button",
            run: "click",
        },
        {
            content: "On that day",
            trigger: ".modal div[name=date] input",
            run: "edit 03/01/2024 && press Tab",
        },
        {
            content: "How it reached us",
            trigger: ".modal div[name=note] textarea",
            run: "edit She called on Friday",
        },
        {
            content: "Save",
            trigger: ".modal footer .o_form_button_save",
            run: "click",
        },
        {
            content: "It waits for a decision",
            trigger:
                "body:not(:has(.modal)) div[name=limitation_event_ids] .o_data_row:contains(To confirm)",
        },
        {
            content: "It counts",
            trigger: "div[name=limitation_event_ids] button[name=action_confirm]",
            run: "click",
        },
        {
            content: "It was decided",
            trigger:
                "div[name=limitation_event_ids] .o_data_row:contains(Confirmed)",
        },
        {
            content: "Nothing is urgent any more",
            trigger: "body:not(:has(.alert:contains(claimed in court)))",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_proceeding_declare", {
    steps: () => [
        {
            content: "The deadline is named",
            trigger: ".alert:contains(Declare the claim until)",
        },
        {
            content: "List what was due on the day of the judgment",
            trigger: "button[name=action_prepare]:contains(Prepare the declaration)",
            run: "click",
        },
        {
            content: "The claim is there",
            trigger: "div[name=line_ids] .o_data_row:contains(INV/)",
        },
        {
            content: "When it was sent",
            trigger: "div[name=declared_on] input, div[name=declared_on] button",
            run: "click",
        },
        {
            content: "On that day",
            trigger: "div[name=declared_on] input",
            run: "edit 03/04/2024 && press Tab",
        },
        {
            content: "It was sent",
            trigger: "button[name=action_declare]",
            run: "click",
        },
        {
            content: "It is declared, and its document is kept",
            trigger:
                ".o_statusbar_status .o_arrow_button_current:contains(Claim declared)",
        },
        {
            content: "The list can no longer be changed",
            trigger: "div[name=line_ids]:not(:has(.o_field_x2many_list_row_add))",
        },
    ],
});
