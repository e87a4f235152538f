import {registry} from "@web/core/registry";

const step = (name) => `.o_dunning_step[data-step=action_open_dunning_${name}]`;

const open = (name) => ({
    content: `Open the step ${name}`,
    trigger: `body:not(:has(.modal)) ${step(name)} button`,
    run: "click",
});

const isDone = (name) => ({
    content: `The step ${name} is done`,
    trigger: `body:not(:has(.modal)) ${step(name)}[data-done=yes]`,
});

const press = (name) => ({
    content: `Press ${name}`,
    trigger: `.modal footer button[name=${name}]`,
    run: "click",
});

const choose = (field, text) => [
    {
        content: `Type in ${field}`,
        trigger: `.modal div[name=${field}] input`,
        run: `edit ${text}`,
    },
    {
        content: `Choose ${text}`,
        trigger: `.o-autocomplete--dropdown-item:contains(${text})`,
        run: "click",
    },
];

registry.category("web_tour.tours").add("dunning_onboarding_half", {
    steps: () => [
        {
            content: "Seven steps, none of them done",
            trigger: ".o_dunning_onboarding:contains(0 of 7 steps done)",
        },
        open("sender"),
        ...choose("user_id", "dunning_collector"),
        press("action_save_sender"),
        isDone("sender"),
        open("ladder"),
        {
            content: "The ladder in plain words",
            trigger: ".modal div[name=ladder_summary]:contains(D+5)",
        },
        {
            content: "Later",
            trigger: ".modal footer button[special=cancel], .modal footer .o_form_button_cancel",
            run: "click",
        },
        open("old_items"),
        {
            content: "The oldest band is chosen, then the user leaves",
            trigger: ".o_data_row:contains(over 365 days) td[name=choice]",
            run: "click",
        },
        {
            content: "Open the choices",
            trigger: ".o_data_row:contains(over 365 days) td[name=choice] input",
            run: "click",
        },
        {
            content: "Leave out",
            trigger: ".o_select_menu_item:contains(Leave out)",
            run: "click",
        },
        {
            content: "It is in the list before anybody leaves",
            trigger:
                ".o_data_row:contains(over 365 days) td[name=choice] input:value(Leave out)",
        },
        {
            content: "Back to the steps",
            trigger: ".o_form_statusbar button:contains(Back to the steps)",
            run: "click",
        },
        {
            content: "One step is done",
            trigger: ".o_dunning_onboarding:contains(1 of 7 steps done)",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_onboarding_rest", {
    steps: () => [
        isDone("sender"),
        open("ladder"),
        press("action_save_ladder"),
        isDone("ladder"),
        open("people"),
        ...choose("manager_id", "dunning_manager"),
        press("action_save_people"),
        isDone("people"),
        open("checks"),
        {
            content: "The checks are told",
            trigger: ".modal div[name=checks]:contains(Mail server)",
        },
        press("action_save_checks"),
        isDone("checks"),
        open("old_items"),
        {
            content: "What was chosen before leaving is still there",
            trigger: ".o_data_row:contains(over 365 days) td[name=choice]:contains(Leave out)",
        },
        {
            content: "Say why",
            trigger: "div[name=reason] textarea",
            run: "edit Claimed by hand",
        },
        {
            content: "Apply",
            trigger: "button[name=action_apply]",
            run: "click",
        },
        {
            content: "Really",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "It is decided",
            trigger: "div[name=result]:contains(1 invoices were left out)",
        },
        {
            content: "Back to the steps",
            trigger: ".o_form_statusbar button:contains(Back to the steps)",
            run: "click",
        },
        isDone("old_items"),
        open("first_run"),
        {
            content: "Nothing is left to tell",
            trigger: ".o_form_view p:contains(what the first run would do today)",
        },
        {
            content: "Confirm",
            trigger: "button[name=action_confirm]",
            run: "click",
        },
        {
            content: "Really",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "Now the night can be switched on; first back to the steps",
            trigger: "body:not(:has(.modal)) button[name=action_switch_on]",
        },
        {
            content: "Back to the steps",
            trigger: ".o_form_statusbar button:contains(Back to the steps)",
            run: "click",
        },
        isDone("first_run"),
        open("night"),
        press("action_switch_on"),
        {
            content: "All is done: the steps are gone",
            trigger: "body:not(:has(.o_dunning_onboarding)) .o_list_view",
        },
    ],
});
