import {registry} from "@web/core/registry";

const selectAll = {
    content: "Select all",
    trigger: ".o_list_view thead .o_list_record_selector input",
    run: "click",
};

registry.category("web_tour.tours").add("dunning_approve_batch", {
    steps: () => [
        {
            content: "The proposals are grouped by level",
            trigger: ".o_group_header:contains(First)",
        },
        {
            content: "Two proposals are listed",
            trigger: ".o_data_row:contains(Debtor Two)",
        },
        selectAll,
        {
            content: "Approve them",
            trigger: "button[name=action_approve]",
            run: "click",
        },
        {
            content: "Nothing is left to approve",
            trigger: ".o_view_nocontent:contains(Nothing waits for approval)",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_letters", {
    steps: () => [
        {
            content: "Two letters wait for the post",
            trigger: ".o_data_row:contains(Debtor Two)",
        },
        selectAll,
        {
            content: "Print them",
            trigger: "button[name=action_print_letters]",
            run: "click",
        },
        {
            content: "Nobody has paid since",
            trigger: ".modal div[name=pulled_text]:contains(Nobody has paid)",
        },
        {
            content: "The file to print is there",
            trigger: ".modal div[name=document] a, .modal div[name=document] button",
        },
        {
            content: "Mark as posted",
            trigger: ".modal footer button[name=action_mark_posted]",
            run: "click",
        },
        {
            content: "No letter is left",
            trigger: "body:not(:has(.modal)) .o_view_nocontent:contains(No letter to post)",
        },
    ],
});
