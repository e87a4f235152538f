import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dunning_plan_propose", {
    steps: () => [
        {
            content: "From the case of the customer",
            trigger: "button[name=action_open_plan]",
            run: "click",
        },
        {
            content: "What is late is proposed in three instalments",
            trigger: "div[name=instalment_ids] .o_data_row:nth-child(3)",
        },
        {
            content: "He can pay 250 a month",
            trigger: "div[name=capacity] input",
            run: "edit 250 && press Tab",
        },
        {
            content: "That makes four instalments",
            trigger: "div[name=instalment_ids] .o_data_row:nth-child(4)",
        },
        {
            content: "Look at what it changes",
            trigger: ".nav-link[name=cash]",
            run: "click",
        },
        {
            content: "Month by month",
            trigger: "div[name=cash_effect] table tbody tr:nth-child(4)",
        },
        {
            content: "Send the agreement",
            trigger: "button[name=action_propose]:contains(Send the agreement)",
            run: "click",
        },
        {
            content: "It waits for the signature",
            trigger: ".o_arrow_button_current:contains(Proposed)",
        },
        {
            content: "It came back",
            trigger: "button[name=action_sign]",
            run: "click",
        },
        {
            content: "Who signed",
            trigger: ".modal div[name=signed_by] input",
            run: "edit Jeanne Martin",
        },
        {
            content: "When",
            trigger: ".modal div[name=signed_on] input",
            run: "edit 03/04/2024 && press Tab",
        },
        {
            content: "The paper has not come yet",
            trigger: ".modal div[name=proof] input[data-value=none]",
            run: "click",
        },
        {
            content: "What that means is said before",
            trigger: ".modal div[name=consequence]:contains(interrupts no limitation)",
        },
        {
            content: "From now on it runs",
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            content: "The proof is missing",
            trigger: ".alert:contains(Accepted, proof missing)",
        },
        {
            content: "It runs",
            trigger: ".o_arrow_button_current:contains(Running)",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_plan_broken", {
    steps: () => [
        {
            content: "The plans that have ended badly",
            trigger: ".o_facet_remove",
            run: "click",
        },
        {
            content: "Open the broken one",
            trigger: ".o_data_row:contains(Broken) td[name=partner_id]",
            run: "click",
        },
        {
            content: "Why it ended",
            trigger: ".alert:contains(not paid after the notice)",
        },
        {
            content: "Plan B",
            trigger: ".nav-link[name=fallback]",
            run: "click",
        },
        {
            content: "It happened",
            trigger: "div[name=fallback_done_on]:contains(2024)",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_offer", {
    steps: () => [
        {
            content: "From the case of the customer",
            trigger: "button[name=action_open_offer]",
            run: "click",
        },
        {
            content: "The discount a collector may give is proposed",
            trigger: "div[name=amount_to_pay]:contains(980.00)",
        },
        {
            content: "Send the offer",
            trigger: "button[name=action_send]:contains(Send the offer)",
            run: "click",
        },
        {
            content: "It was sent",
            trigger: ".o_arrow_button_current:contains(Sent)",
        },
    ],
});
