import {Component, markup, useEffect, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/**
 * What a person should look at before he asks for money, read once the case is shown:
 * the form opens no later for it.
 */
export class DunningHints extends Component {
    static template = "account_dunning.DunningHints";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.state = useState({hints: false});
        useEffect(
            (resId) => {
                this.load(resId);
            },
            () => [this.props.record.resId]
        );
    }

    async load(resId) {
        this.state.hints = false;
        if (resId) {
            const [{hints}] = await this.orm.read("dunning.case", [resId], ["hints"]);
            // The sentences are escaped by the server, which adds nothing but links.
            this.state.hints = resId === this.props.record.resId && hints && markup(hints);
        }
    }
}

registry.category("view_widgets").add("dunning_hints", {component: DunningHints});
