import {DynamicPlaceholderPopover} from "@web/views/fields/dynamic_placeholder_popover";
import {QWebPlugin} from "@html_editor/others/qweb_plugin";
import {patch} from "@web/core/utils/patch";

const MODEL = "dunning.action";
const STYLE = "o_dunning_placeholders";

/**
 * What the texts of levels can name is computed for each message: nobody searches by it,
 * and the host's list offers only what can be searched. Here it offers what may be
 * named, in words, and nothing else.
 */
patch(DynamicPlaceholderPopover.prototype, {
    filter(fieldDef, path) {
        if (this.props.resModel !== MODEL) {
            return super.filter(fieldDef, path);
        }
        const fullPath = `object${path ? `.${path}` : ""}.${fieldDef.name}`;
        return this.allowedQwebExpressions.includes(fullPath);
    },
});

/**
 * In the editor a placeholder is shown by what it stands for, not by its code. Only a
 * style sheet is added: what is saved stays as it is.
 */
patch(QWebPlugin.prototype, {
    setup() {
        super.setup();
        this.showDunningLabels();
    },

    async showDunningLabels() {
        const isDunning = this.config.dynamicPlaceholderResModel === MODEL;
        if (!isDunning) {
            return;
        }
        this.editable.classList.add("o_dunning_text");
        if (this.document.getElementById(STYLE)) {
            return;
        }
        const fields = await this.services.orm.call(MODEL, "fields_get", [], {
            attributes: ["string"],
        });
        const rules = Object.entries(fields).map(
            ([name, {string}]) =>
                `.o_dunning_text [t-out="object.${name}"]:empty::before` +
                `{content: ${JSON.stringify(string)} !important;}`
        );
        const style = this.document.createElement("style");
        style.id = STYLE;
        style.textContent = rules.join("\n");
        this.document.head.append(style);
    },
});
