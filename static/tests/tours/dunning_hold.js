import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dunning_hold_resume", {
    steps: () => [
        {
            content: "Put the case on hold",
            trigger: ".o_form_view button[name=action_hold]:contains(Put on hold)",
            run: "click",
        },
        {
            content: "A reason is needed",
            trigger: ".modal div[name=reason] textarea",
            run: "edit The accountant is on leave",
        },
        {
            content: "An end date is proposed; put on hold",
            trigger: ".modal footer button[name=action_confirm]:contains(Put on hold)",
            run: "click",
        },
        {
            content: "The panel says until when and why",
            trigger:
                "body:not(:has(.modal)) div[name=why]:contains(The accountant is on leave)",
        },
        {
            content: "The hold is in the history of the case",
            trigger: ".o_notebook .nav-link[name=holds]",
            run: "click",
        },
        {
            content: "It runs",
            trigger: "div[name=hold_ids] .o_data_row:contains(On hold)",
        },
        {
            content: "Resume now",
            trigger: ".o_statusbar_buttons button[name=action_resume]",
            run: "click",
        },
        {
            content: "The hold is kept as resumed early",
            trigger: "div[name=hold_ids] .o_data_row:contains(Resumed early)",
        },
        {
            content: "The case can be dunned again",
            trigger: ".o_statusbar_buttons button[name=action_dun]",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_exclusion_review", {
    steps: () => [
        {
            content: "The excluded invoice is listed with its reason",
            trigger: ".o_data_row:contains(Sister company)",
        },
        {
            content: "Select it",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "It was reviewed",
            trigger: ".o_control_panel button[name=action_reviewed]",
            run: "click",
        },
        {
            content: "Dun it again",
            trigger: ".o_data_row .o_list_button button[name=action_resume]",
            run: "click",
        },
        {
            content: "Nothing is excluded any more",
            trigger: ".o_view_nocontent:contains(Nothing is excluded from follow-up)",
        },
    ],
});
