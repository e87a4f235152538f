import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dunning_relance_invoice", {
    steps: () => [
        {
            content: "Relancer on the invoice",
            trigger: ".o_form_view button[name=action_dun]",
            run: "click",
        },
        {
            content: "The text names the invoice and can be edited",
            trigger: ".modal div[name=body] td:contains(INV)",
        },
        {
            content: "Change the subject",
            trigger: ".modal div[name=subject] input",
            run: "edit A word about your invoice",
        },
        {
            content: "Send",
            trigger: ".modal footer button[name=action_send]",
            run: "click",
        },
        {
            content: "Open the case from the invoice",
            trigger: "body:not(:has(.modal)) button[name=action_open_dunning_case]",
            run: "click",
        },
        {
            content: "The message is in the chatter of the case",
            trigger: ".o-mail-Message:contains(A word about your invoice)",
        },
        {
            content: "The panel says what comes next",
            trigger: "div[name=why]:contains(not delivered yet)",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_relance_selection", {
    steps: () => [
        {
            content: "Select every case",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Relancer",
            trigger: ".o_list_view button[name=action_dun], .o_control_panel button[name=action_dun]",
            run: "click",
        },
        {
            content: "The list says who gets what",
            trigger: ".modal .o_data_row:contains(First)",
        },
        {
            content: "Read the message to one of them",
            trigger: ".modal .o_data_row:first-child button[name=action_open]",
            run: "click",
        },
        {
            content: "Go back to the list",
            trigger: ".modal footer button[name=action_back]",
            run: "click",
        },
        {
            content: "Send all",
            trigger: ".modal footer button[name=action_start]",
            run: "click",
        },
        {
            content: "It is worked through to the end",
            trigger: ".modal .o_dunning_progress:contains(3 of 3)",
        },
        {
            content: "Each line says that it was sent",
            trigger: ".modal .o_data_row:nth-child(3) .badge:contains(Sent)",
        },
        {
            content: "Close",
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            content: "Back on the list",
            trigger: "body:not(:has(.modal)) .o_list_view",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_relance_choose", {
    steps: () => [
        {
            content: "Relancer on the invoice",
            trigger: ".o_form_view button[name=action_dun]",
            run: "click",
        },
        {
            content: "The text names both invoices",
            trigger: ".modal div[name=body] td:contains(INV)",
        },
        {
            content: "Open the recipient",
            trigger: ".modal div[name=contact_id] input",
            run: "edit Director",
        },
        {
            content: "Choose another contact of the customer",
            trigger: ".o-autocomplete--dropdown-item:contains(Director)",
            run: "click",
        },
        {
            content: "Look at the invoices",
            trigger: ".modal .nav-link:contains(Invoices)",
            run: "click",
        },
        {
            content: "Take the oldest one out",
            trigger:
                ".modal div[name=case_line_ids] .o_data_row:eq(0) .o_list_record_remove",
            run: "click",
        },
        {
            content: "The window says that the text is for something else",
            trigger: ".modal button[name=action_write_anew]",
            run: "click",
        },
        {
            content: "The text speaks to who was chosen",
            trigger:
                ".modal div[name=body] p:contains(Dear Director), .modal div[name=body]:contains(Dear Director)",
        },
        {
            content: "Send",
            trigger: ".modal footer button[name=action_send]",
            run: "click",
        },
        {
            content: "The window is closed",
            trigger: "body:not(:has(.modal)) button[name=action_open_dunning_case]",
        },
    ],
});
