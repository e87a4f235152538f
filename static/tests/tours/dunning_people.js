import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dunning_mend_mail", {
    steps: () => [
        {
            content: "The reason and the remedy are shown",
            trigger: ".alert-danger:contains(has no valid e-mail address)",
        },
        {
            content: "Open the contact",
            trigger: "div[name=contact_id] a",
            run: "click",
        },
        {
            content: "Correct the address",
            trigger: ".o_form_view div[name=email] input",
            run: "edit right@example.com",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Go back to the message",
            trigger: ".o_form_saved, .o_form_view:not(.o_form_dirty)",
        },
        {
            content: "By the path at the top",
            trigger: ".o_breadcrumb .o_back_button, .o_back_button",
            run: "click",
        },
        {
            content: "Send it again",
            trigger: "button[name=action_send_again]",
            run: "click",
        },
        {
            content: "It is on its way",
            trigger: ".o_arrow_button_current:contains(On its way)",
        },
    ],
});

const recordOutcome = {
    content: "Record what came of the call",
    trigger: ".o_data_row:contains(Boulangerie Martin) button[name=action_record_outcome]",
    run: "click",
};

const confirm = {
    content: "Record",
    trigger: ".modal footer button[name=action_confirm]",
    run: "click",
};

registry.category("web_tour.tours").add("dunning_call_twice", {
    steps: () => [
        {
            content: "The number to call is there",
            trigger: ".o_data_row:contains(+33 1 23 45 67 89)",
        },
        recordOutcome,
        {
            content: "Nobody answered",
            trigger: ".modal div[name=outcome] input[data-value=not_reached]",
            run: "click",
        },
        {
            content: "The window says what happens then",
            trigger: ".modal div[name=consequence]:contains(next working day)",
        },
        confirm,
        {
            content: "Nothing is left to do today",
            trigger: "body:not(:has(.modal)) .o_view_nocontent:contains(No call and no visit)",
        },
        {
            content: "Look at the days to come",
            trigger: ".o_facet_remove",
            run: "click",
        },
        recordOutcome,
        {
            content: "This time somebody answered",
            trigger: ".modal div[name=note] textarea",
            run: "edit Mrs Martin pays on Friday",
        },
        {
            content: "Look for the reason",
            trigger: ".modal div[name=reason_id] input",
            run: "edit MAN",
        },
        {
            content: "Choose it",
            trigger: ".ui-autocomplete a:contains(MAN)",
            run: "click",
        },
        {
            content: "The contact counts",
            trigger: ".modal div[name=consequence]:contains(the ladder goes on)",
        },
        confirm,
        {
            content: "Nothing is planned any more",
            trigger: "body:not(:has(.modal)) .o_view_nocontent:contains(No call and no visit)",
        },
    ],
});
