import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dunning_claim", {
    steps: () => [
        {
            content: "Claim what is owed beside the invoice",
            trigger: ".o_form_view button[name=action_claim]",
            run: "click",
        },
        {
            content: "The invoice is listed with its days, rate and interest",
            trigger: ".modal .o_data_row:contains(65):contains(14.50)",
        },
        {
            content: "Make the draft note",
            trigger: ".modal footer button[name=action_confirm]",
            run: "click",
        },
        {
            content: "The draft says what it is",
            trigger: ".o_form_view .alert:contains(This note claims)",
        },
        {
            content: "Go back to the case",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a",
            run: "click",
        },
        {
            content: "What was claimed is kept there",
            trigger: ".o_notebook .nav-link[name=claims]",
            run: "click",
        },
        {
            content: "A draft note",
            trigger: "div[name=claim_ids] .o_data_row:contains(Draft note)",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_waive", {
    steps: () => [
        {
            content: "Open the window",
            trigger: ".o_form_view button[name=action_claim]",
            run: "click",
        },
        {
            content: "Give up all of it",
            trigger: ".modal footer button[name=action_waive_all]",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal div[name=reason] textarea",
            run: "edit Agreed with Mrs Martin",
        },
        {
            content: "Record it, without a note",
            trigger: ".modal footer button[name=action_waive]",
            run: "click",
        },
        {
            content: "The decision is kept on the case",
            trigger: "body:not(:has(.modal)) .o_notebook .nav-link[name=claims]",
            run: "click",
        },
        {
            content: "With its reason",
            trigger: "div[name=waiver_ids] .o_data_row:contains(Agreed with Mrs Martin)",
        },
    ],
});
