import {Component, onWillStart, useState} from "@odoo/owl";
import {ListRenderer} from "@web/views/list/list_renderer";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** The steps of the start-up, above the list of cases until all of them are done. */
export class DunningOnboarding extends Component {
    static template = "account_dunning.Onboarding";
    static props = {};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({panel: false});
        onWillStart(() => this.load());
    }

    async load() {
        this.state.panel = await this.orm.call("dunning.setup", "get_panel", []);
    }

    get doneCount() {
        return this.state.panel.steps.filter((step) => step.is_done).length;
    }

    /** The first step that is not done yet is the one to take. */
    isNext(step) {
        return step === this.state.panel.steps.find((other) => !other.is_done);
    }

    async open(step) {
        const action = await this.orm.call("onboarding.onboarding.step", step.action, []);
        await this.action.doAction(action, {onClose: () => this.load()});
    }

    async close() {
        await this.orm.call("dunning.setup", "close_panel", []);
        await this.load();
    }
}

export class DunningCaseListRenderer extends ListRenderer {
    static template = "account_dunning.CaseListRenderer";
    static components = {...ListRenderer.components, DunningOnboarding};
}

registry.category("views").add("dunning_case_list", {
    ...listView,
    Renderer: DunningCaseListRenderer,
});
