import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dunning_notice_content", {
    steps: () => [
        {
            content: "The notice cannot leave yet",
            trigger: ".alert-warning:contains(does not say all it must)",
        },
        {
            content: "Look at what is missing",
            trigger: "a.nav-link[name=notice]",
            run: "click",
        },
        {
            content: "The mediator is missing, and how to mend it is said",
            trigger: "tr:has(.fa-times):contains(mediator):contains(settings)",
        },
        {
            content: "Try to approve it",
            trigger: "button[name=action_approve]",
            run: "click",
        },
        {
            content: "It is refused with the same words",
            trigger: ".modal:contains(cannot leave yet):contains(mediator)",
        },
        {
            content: "Close",
            trigger: ".modal .btn-primary",
            run: "click",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_notice_proofs", {
    steps: () => [
        {
            content: "The proofs of the letter",
            trigger: "a.nav-link[name=seals]",
            run: "click",
        },
        {
            content: "The letter has its fingerprint",
            trigger: ".o_data_row:contains(Letter):contains(Not checked yet)",
        },
        {
            content: "Check it",
            trigger: "button[name=action_check_proofs]",
            run: "click",
        },
        {
            content: "It is intact",
            trigger: ".o_notification:contains(Intact)",
        },
        {
            content: "And the list says so",
            trigger: ".o_data_row .badge:contains(Intact)",
        },
    ],
});
