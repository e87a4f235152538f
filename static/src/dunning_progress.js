import {Component, onMounted, onWillUnmount, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/**
 * Works through a selection, a few debtors per call, and shows how far it is.
 * A window that is closed half-way loses nothing: the rest is simply not sent.
 */
export class DunningProgress extends Component {
    static template = "account_dunning.DunningProgress";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.closed = false;
        const {done_count: done, total_count: total, state} = this.props.record.data;
        this.state = useState({done, total, finished: state === "done"});
        onMounted(() => state === "running" && this.work());
        onWillUnmount(() => (this.closed = true));
    }

    get percent() {
        return this.state.total ? (100 * this.state.done) / this.state.total : 100;
    }

    get label() {
        return _t("%(done)s of %(total)s", {
            done: this.state.done,
            total: this.state.total,
        });
    }

    async work() {
        let left = this.state.total - this.state.done;
        while (left > 0 && !this.closed) {
            left = await this.orm.call("dunning.relance", "process_next", [
                [this.props.record.resId],
            ]);
            this.state.done = this.state.total - left;
        }
        if (!this.closed) {
            this.state.finished = true;
            await this.props.record.load();
        }
    }
}

registry.category("view_widgets").add("dunning_progress", {component: DunningProgress});
