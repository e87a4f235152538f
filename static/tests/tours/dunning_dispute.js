import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dunning_call_dispute", {
    steps: () => [
        {
            content: "Record what came of the call",
            trigger:
                ".o_data_row:contains(Boulangerie Martin) button[name=action_record_outcome]",
            run: "click",
        },
        {
            content: "Look for the reason",
            trigger: ".modal div[name=reason_id] input",
            run: "edit QTE",
        },
        {
            content: "Choose it",
            trigger: ".ui-autocomplete a:contains(QTE)",
            run: "click",
        },
        {
            content: "The reason suggests a dispute, over the whole invoice",
            trigger: ".modal div[name=dispute_amount] input",
            run: "edit 40",
        },
        {
            content: "Write down what was said",
            trigger: ".modal div[name=note] textarea",
            run: "edit Four crates are missing",
        },
        {
            content: "Record all of it",
            trigger: ".modal footer button[name=action_confirm]",
            run: "click",
        },
        {
            content: "The call is made",
            trigger:
                "body:not(:has(.modal)) .o_view_nocontent:contains(No call and no visit)",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_dispute_decide", {
    steps: () => [
        {
            content: "The debtor's words are there",
            trigger: "div[name=note] textarea:value(Four crates are missing)",
        },
        {
            content: "It is not justified",
            trigger: "div[name=resolution] input[data-value=unjustified]",
            run: "click",
        },
        {
            content: "The screen says what follows",
            trigger: "div.text-muted:contains(The debtor is told with your answer)",
        },
        {
            content: "Write the answer",
            trigger: "div[name=resolution_note] textarea",
            run: "edit The delivery note is signed for all of it.",
        },
        {
            content: "Carry it out",
            trigger: "button[name=action_resolve]",
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "It is settled",
            trigger: ".o_arrow_button_current:contains(Settled)",
        },
    ],
});
