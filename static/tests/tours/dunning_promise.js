import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dunning_promise_made", {
    steps: () => [
        {
            content: "The debtor has called: record what he promises",
            trigger: ".o_form_view button[name=action_promise]",
            run: "click",
        },
        {
            content: "What is late is filled in",
            trigger: ".modal div[name=amount] input:value(400.00)",
        },
        {
            content: "The day on which he will pay",
            trigger: ".modal div[name=date] input, .modal div[name=date] button",
            run: "click",
        },
        {
            content: "Enter it",
            trigger: ".modal div[name=date] input",
            run: "edit 03/06/2024",
        },
        {
            content: "What was said",
            trigger: ".modal div[name=note] textarea",
            run: "edit The accountant will pay on Wednesday",
        },
        {
            content: "Record it",
            trigger: ".modal footer button:contains(Record the promise)",
            run: "click",
        },
        {
            content: "The case waits, and says for what",
            trigger: "body:not(:has(.modal)) div[name=waiting_text]:contains(Promise of)",
        },
        {
            content: "The agreements of the case",
            trigger: ".o_notebook .nav-link[name=agreements]",
            run: "click",
        },
        {
            content: "The promise is open",
            trigger: "div[name=promise_ids] .o_data_row:contains(Open)",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_promise_broken", {
    steps: () => [
        {
            content: "The agreements of the case",
            trigger: ".o_notebook .nav-link[name=agreements]",
            run: "click",
        },
        {
            content: "The promise was broken",
            trigger: "div[name=promise_ids] .o_data_row:contains(Broken)",
        },
        {
            content: "What was said to the customer",
            trigger: ".o_notebook .nav-link[name=contacts]",
            run: "click",
        },
        {
            content: "He was told, and the ladder resumed",
            trigger: "div[name=action_ids] .o_data_row:contains(First)",
        },
    ],
});
