import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dunning_call_promise", {
    steps: () => [
        {
            content: "The debtor is on the telephone",
            trigger: ".o_form_view button[name=action_record_call]",
            run: "click",
        },
        {
            content: "Why he has not paid yet",
            trigger: ".modal div[name=reason_id] input",
            run: "edit CIR",
        },
        {
            content: "Choose it",
            trigger: ".ui-autocomplete a:contains(CIR)",
            run: "click",
        },
        {
            content: "The reason suggests a promise, over what is late",
            trigger: ".modal div[name=promise_amount] input:value(400.00)",
        },
        {
            content: "The day on which he will pay",
            trigger: ".modal div[name=promise_date] input, .modal div[name=promise_date] button",
            run: "click",
        },
        {
            content: "Enter it",
            trigger: ".modal div[name=promise_date] input",
            run: "edit 03/06/2024",
        },
        {
            content: "What was said",
            trigger: ".modal div[name=note] textarea",
            run: "edit The next payment run is on Wednesday",
        },
        {
            content: "Record all of it",
            trigger: ".modal footer button[name=action_confirm]",
            run: "click",
        },
        {
            content: "The case waits, and says for what",
            trigger: "body:not(:has(.modal)) div[name=waiting_text]:contains(Promise of)",
        },
    ],
});
