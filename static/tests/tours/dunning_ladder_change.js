import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dunning_ladder_change_many", {
    steps: () => [
        {
            content: "The cases are listed",
            trigger: ".o_data_row:contains(Debtor Three)",
        },
        {
            content: "Select all",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Open what can be done with them",
            trigger: ".o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            content: "Change their ladder",
            trigger: ".o-dropdown--menu .o-dropdown-item:contains(Change the ladder)",
            run: "click",
        },
        {
            content: "Choose the new ladder",
            trigger: ".modal div[name=ladder_id] input",
            run: "edit Gentle",
        },
        {
            content: "Take it from the list",
            trigger: ".ui-autocomplete a:contains(Gentle), .o-autocomplete--dropdown-item a:contains(Gentle)",
            run: "click",
        },
        {
            content: "What would change is shown before it happens",
            trigger: ".modal div[name=preview]:contains(3 of 3):contains(Debtor Two)",
        },
        {
            content: "Say why",
            trigger: ".modal div[name=reason] input",
            run: "edit Long-standing customers",
        },
        {
            content: "Change it",
            trigger: ".modal footer button[name=action_apply]",
            run: "click",
        },
        {
            content: "It is done",
            trigger: ".o_notification:contains(3 of 3)",
        },
        {
            content: "Open a case",
            trigger: "body:not(:has(.modal)) .o_data_row td:contains(Debtor One)",
            run: "click",
        },
        {
            content: "It has the new ladder",
            trigger: ".o_form_view div[name=ladder_id]:contains(Gentle)",
        },
        {
            content: "The reason stands in the chatter",
            trigger: ".o-mail-Message:contains(Long-standing customers)",
        },
    ],
});
