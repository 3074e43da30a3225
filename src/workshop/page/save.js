// Save as variant: the changed assumptions go into the file under a name.

import { byId, make, prose } from "./element.js";
import { sentence } from "./words.js";

/** Wires the button and its dialog. */
export function offerSaving(session) {
  const dialog = byId("save-dialog");
  byId("save").addEventListener("click", open);
  session.addEventListener("state", () => {
    const { state } = session;
    byId("save").disabled = state.problems.length > 0 || state.mistakes.length > 0 || Object.keys(state.changes).length === 0;
  });

  function open() {
    const title = make("input", { id: "save-as-title", autocomplete: "off", placeholder: "The envoys land" });
    const name = make("input", { id: "save-as-name", autocomplete: "off", autocapitalize: "off", spellcheck: "false", required: true, placeholder: "envoys_land" });
    const answer = make("p", { class: "answer", role: "alert" });
    const replace = make("input", { type: "checkbox", id: "save-replace" });
    const replaceRow = make("p", { hidden: true }, make("label", {}, replace, " Replace the variant that is there"));
    const submit = make("button", { type: "submit", class: "go", text: "Save" });
    let nameTyped = false;
    title.addEventListener("input", () => {
      if (!nameTyped) name.value = nameFrom(title.value);
      offerReplacing();
    });
    name.addEventListener("input", () => {
      nameTyped = name.value !== "";
      offerReplacing();
    });
    const known = () => session.state.variants.some((one) => one.name === name.value.trim());
    function offerReplacing() {
      replaceRow.hidden = !known();
      answer.textContent = "";
    }
    const form = make(
      "form",
      { method: "dialog", onsubmit: (event) => event.preventDefault() },
      make("h2", { id: "save-title", text: "Save as variant" }),
      make("p", { class: "mute", text: `Written into ${session.state.file.name} as a table of its own; the rest of the file stays as it is.` }),
      make("p", {}, make("label", { for: title.id, text: "Title" }), title),
      make("p", {}, make("label", { for: name.id, text: "Name in the file" }), name, make("span", { class: "mute", text: "small letters, digits and _" })),
      replaceRow,
      answer,
      make("p", { class: "bar" }, submit, make("button", { type: "button", text: "Cancel", onclick: () => dialog.close() })),
    );
    form.addEventListener("submit", save);
    dialog.replaceChildren(form);
    dialog.showModal();
    title.focus();

    async function save() {
      submit.disabled = true;
      const { ok, body } = await session.save(name.value.trim(), title.value.trim(), replace.checked && known());
      submit.disabled = false;
      if (ok) return dialog.close();
      answer.replaceChildren(make("b", {}, ...prose(sentence(body.message ?? "the variant was not saved"))), " ", ...prose(body.help ? sentence(body.help) : ""));
      replaceRow.hidden = !known();
    }
  }
}

/** `The envoys land!` → `the_envoys_land` */
function nameFrom(title) {
  const plain = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "_").replace(/^[_\d]+|_+$/g, "");
}
