// The little that HTML and htmx leave open: dialogs, keys, files dropped on the page, a server that does not answer.

// Every dialog that the server put on the page opens: the browser then keeps the focus inside and closes it on Escape.
const openDialogs = (root) => {
  for (const dialog of root.querySelectorAll("dialog[data-open]:not([open])")) dialog.showModal();
};
openDialogs(document);
document.addEventListener("htmx:load", (event) => {
  openDialogs(event.target.parentElement ?? document);
  event.target.querySelector("tr[aria-current]")?.scrollIntoView({ block: "nearest" });
});
document.addEventListener("close", (event) => event.target.matches?.("dialog[data-open]") && event.target.remove(), true);

// What carries aria-keyshortcuts="F2" is pressed by that key, or focused if it is a field; an open dialog comes first.
const nameOfKey = (event) => (event.ctrlKey || event.metaKey ? "Control+" : "") + event.key;
const isTyping = (element) => element.matches("input:not([type=radio], [type=checkbox]), textarea, select");

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.repeat || event.isComposing) return;
  const key = nameOfKey(event);
  if (key.length === 1 && isTyping(event.target)) return;
  const root = document.querySelector("dialog[open]") ?? document;
  const candidates = root.querySelectorAll(`[aria-keyshortcuts~="${CSS.escape(key.length === 1 ? key.toUpperCase() : key)}"]`);
  const target = [...candidates].find((element) => !element.disabled && element.checkVisibility());
  if (!target) return;
  event.preventDefault();
  if (isTyping(target)) {
    target.focus();
    target.select?.();
  } else target.click();
});

// "?" shows the keys of this screen: what carries a key says itself what it does.
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const layer = document.querySelector("template#keys")?.content.cloneNode(true);
  if (!layer) return;
  for (const element of document.querySelectorAll("[aria-keyshortcuts]")) {
    if (element.disabled || !element.checkVisibility()) continue;
    const hint = document.createElement("kbd");
    const shown = isTyping(element) ? element.parentElement : element;
    hint.textContent = shown.querySelector("kbd")?.textContent ?? element.getAttribute("aria-keyshortcuts");
    const label = element.cloneNode(true);
    for (const part of label.querySelectorAll("kbd, .count")) part.remove();
    const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
    term.append(hint);
    meaning.textContent = element.getAttribute("aria-label") ?? label.textContent.trim();
    layer.querySelector("dl").append(term, meaning);
  }
  document.querySelector("#dialogs").append(layer);
  openDialogs(document);
});

// Of rows whose detail htmx loads beside them, the one that was chosen is the current one.
document.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.target;
  if (!link.matches(".row-link[hx-push-url]")) return;
  const list = link.closest("table, ul");
  for (const row of list.querySelectorAll("[aria-current]")) row.removeAttribute("aria-current");
  link.closest("tr, li").setAttribute("aria-current", "true");
  link.closest(".panes").classList.add("asked-for");
});

// A field whose value is mostly replaced is ready to be typed over.
document.addEventListener("focusin", (event) => event.target.matches("[data-selects]") && event.target.select());

// Scanners type: digits that no field takes go to the one for bar codes.
document.addEventListener("keydown", (event) => {
  const isDigit = /^\d$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isDigit && !isTyping(event.target) && !document.querySelector("dialog[open]")) document.querySelector("[data-catches-digits]")?.focus();
});

// Addresses become chips at a semicolon, at Enter and when the field is left; the server answers with their true form.
const addressField = (event) => event.target.closest?.("[data-chips] > input");
const makeChip = (field, text, rest = "") => {
  field.value = rest.trimStart();
  if (!text.trim()) return;
  const chip = document.createElement("input");
  chip.type = "hidden";
  chip.name = "recipient";
  chip.value = text;
  field.parentElement.querySelector("ul").append(chip);
};

// What is said of an address is clicked while the field still holds it: it becomes a chip first, and the field stays.
document.addEventListener("mousedown", (event) => event.target.closest?.(".slip-note button") && event.preventDefault());
document.addEventListener("click", (event) => {
  const form = event.target.closest?.(".slip-note button") && event.target.closest("form");
  const field = form?.querySelector("[data-chips] > input");
  if (field) makeChip(field, field.value);
}, true);

// What is taken out leaves at once: no other change that is sent meanwhile brings it back.
document.addEventListener("click", (event) => event.target.closest?.("[data-chips] .chip button")?.parentElement.querySelector("input")?.remove(), true);

document.addEventListener("input", (event) => {
  const field = addressField(event);
  const end = field?.value.lastIndexOf(";") ?? -1;
  if (end < 0) return;
  makeChip(field, field.value.slice(0, end), field.value.slice(end + 1));
  field.dispatchEvent(new Event("change", { bubbles: true }));
});
document.addEventListener("change", (event) => event.isTrusted && addressField(event) && makeChip(event.target, event.target.value), true);
document.addEventListener("keydown", (event) => {
  const field = addressField(event);
  if (!field || event.isComposing || event.ctrlKey) return;
  if (event.key === "Enter") {
    event.preventDefault();
    makeChip(field, field.value);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (event.key === "Backspace" && !field.value) [...field.parentElement.querySelectorAll("ul button")].at(-1)?.click();
});

// From a search field the arrow goes down to what was found.
document.addEventListener("keydown", (event) => {
  const list = event.key === "ArrowDown" && event.target.dataset?.leadsTo && document.querySelector(event.target.dataset.leadsTo);
  const row = list && (list.querySelector("input:checked") ?? list.querySelector("input, a, button"));
  if (!row) return;
  event.preventDefault();
  row.focus();
});

// A drop zone hands what falls on it to its file field.
const zoneOf = (event) => event.target.closest?.(".drop-zone:has(input[type=file])");
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // beside a zone too: the window must not open the file in place of the page
    const zone = zoneOf(event);
    if (!zone) return;
    zone.classList.toggle("over", name === "dragover");
    if (name !== "drop") return;
    const field = zone.querySelector("input[type=file]");
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// What was typed on while the server answered is newer than its answer.
let typedOn = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const field = document.activeElement;
  const sent = event.detail.requestConfig?.parameters?.[field?.name];
  const isNewer = sent !== undefined && field.closest("[data-keeps-typing]") && isTyping(field) && field.value !== sent;
  typedOn = isNewer && event.detail.target.contains(field) ? { id: field.id, value: field.value } : null;
});
document.addEventListener("htmx:afterSwap", () => {
  const field = typedOn && document.getElementById(typedOn.id);
  if (field) field.value = typedOn.value;
  typedOn = null;
});

// A variable goes into the field that was typed in last, at its cursor; before that, at the end of the message.
let lastText = null;
document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-takes-codes] :is(input, textarea)")) lastText = event.target.id;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-inserts]");
  if (!button) return;
  const last = document.getElementById(lastText);
  const field = last ?? document.querySelector("[data-takes-codes] textarea");
  const isFormula = /^\s*formule[=:]/i.test(field.value);
  const text = (isFormula && button.dataset.insertsInFormula) || button.dataset.inserts;
  const [start, end] = last ? [field.selectionStart, field.selectionEnd] : [field.value.length, field.value.length];
  field.setRangeText(text, start, end, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// A button that names an element copies its text, and says so with the notice that stands beside it.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copies]");
  if (!button) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copies).textContent);
  const notice = button.parentElement.querySelector("template");
  if (notice) document.querySelector("#toasts").append(notice.content.cloneNode(true));
});

// An answer that is no part of the page, or none at all: the notice that base.html keeps ready for it.
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    const notice = document.querySelector("template#no-answer");
    const region = document.querySelector("#toasts");
    if (notice && !region.querySelector(".toast.bad")) region.append(notice.content.cloneNode(true));
  });
}
