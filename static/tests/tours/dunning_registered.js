import {registry} from "@web/core/registry";

const selectAll = {
    content: "Select every line",
    trigger: ".o_list_view thead .o_list_record_selector input",
    run: "click",
};

const scan = (number) => ({
    content: `Scan ${number}`,
    trigger: "div[name=scanned_number] input",
    async run(helpers) {
        await helpers.edit(number);
        await helpers.press("Enter");
    },
});

registry.category("web_tour.tours").add("dunning_registered", {
    steps: () => [
        {
            content: "Both are to deposit",
            trigger: ".o_data_row:contains(Debtor Two) .badge:contains(To deposit)",
        },
        selectAll,
        {
            content: "Print them and prepare the deposit",
            trigger: "button[name=action_print_letters]",
            run: "click",
        },
        {
            content: "Nobody has paid since",
            trigger: "div[name=pulled_text]:contains(Nobody has paid)",
        },
        scan("1a 1"),
        {
            content: "The number goes to the first letter",
            trigger: ".o_data_row:first-child td[name=tracking_number]:contains(1A1)",
        },
        scan("1A1"),
        {
            content: "The same number twice is refused",
            trigger: ".modal:contains(already belongs) footer button, .o_notification:contains(already belongs) .o_notification_close",
            run: "click",
        },
        scan("1A2"),
        {
            content: "The second letter has its number",
            trigger: ".o_data_row:nth-child(2) td[name=tracking_number]:contains(1A2)",
        },
        {
            content: "Hand them in",
            trigger: "button[name=action_deposit]",
            run: "click",
        },
        {
            content: "The deposit is done",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Deposited)",
        },
        {
            content: "Back to the registered letters",
            trigger: ".o_breadcrumb a:contains(Registered letters), .breadcrumb-item a:contains(Registered letters)",
            run: "click",
        },
        {
            content: "Enter the receipts",
            trigger: "button:contains(Enter receipts)",
            run: "click",
        },
        {
            content: "Scan the label of the acknowledgement",
            trigger: ".modal div[name=scanned_number] input",
            async run(helpers) {
                await helpers.edit("1A1");
                await helpers.press("Enter");
            },
        },
        {
            content: "A line without a day says what is missing",
            trigger: ".modal .o_data_row td[name=error]:contains(nothing to write)",
        },
        {
            content: "Enter the day on the line",
            trigger: ".modal .o_data_row td[name=receipt]",
            run: "click",
        },
        {
            content: "As on the acknowledgement",
            trigger: ".modal .o_data_row td[name=receipt] input",
            async run(helpers) {
                await helpers.edit("04/03/2024");
                await helpers.press("Tab");
            },
        },
        {
            content: "It is shown what will be written",
            trigger: ".modal .o_data_row td[name=effect]:contains(Received on)",
        },
        {
            content: "Write it",
            trigger: ".modal footer button[name=action_write]",
            run: "click",
        },
        {
            content: "The window is closed",
            trigger: "body:not(:has(.modal)) .o_list_view",
        },
    ],
});
