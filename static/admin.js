// Rows that are dragged, previews that follow what is typed, colours that are picked.
// Everything here can be done without it.
for (const body of document.querySelectorAll("[data-order]")) {
  let dragged;
  for (const row of body.rows) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      event.dataTransfer.effectAllowed = "move";
    });
    row.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      const { top, height } = row.getBoundingClientRect();
      if (row !== dragged) row[event.clientY < top + height / 2 ? "before" : "after"](dragged);
    });
  }
  body.addEventListener("drop", (event) => {
    event.preventDefault();
    const form = body.closest("form");
    form.elements.order.value = Array.from(body.rows, (row) => row.dataset.id).join(" ");
    form.submit();
  });
}
for (const field of document.querySelectorAll("[data-colour]")) {
  const text = field.querySelector("input");
  if (text.matches(":disabled")) continue;
  const picker = Object.assign(document.createElement("input"), { type: "color", value: text.value });
  picker.setAttribute("aria-label", field.dataset.colour);
  picker.addEventListener("change", () => {
    text.value = picker.value;
    text.dispatchEvent(new Event("change", { bubbles: true }));
  });
  text.addEventListener("change", () => { picker.value = text.value; });
  field.querySelector("svg").replaceWith(picker);
}
const button = document.querySelector("[data-preview]");
if (button) button.form.addEventListener("change", () => button.form.requestSubmit(button));
