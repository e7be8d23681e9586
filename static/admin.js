// Rows that are dragged, previews that follow what is typed, colours that are picked, boxes that are
// ticked all at once, links that are copied, short forms that open over their screen, figures that
// follow a job.
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
// How many contacts are ticked, and a box that ticks all of the page.
const number = document.querySelector("[data-ticked]");
if (number) {
  const form = number.closest("form");
  const boxes = Array.from(form.querySelectorAll("[name=contact]"));
  const head = form.querySelector("[data-all]");
  const all = Object.assign(document.createElement("input"), { type: "checkbox" });
  all.setAttribute("aria-label", head.dataset.all);
  head.append(all);
  const tell = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    number.textContent = ticked ? `: ${ticked}` : "";
    all.checked = ticked === boxes.length;
  };
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
  form.addEventListener("change", (event) => {
    if (event.target.type === "checkbox") form.elements.which.value = "ticked";
    tell();
  });
  tell();
}
// A link is copied without leaving the screen; where the browser does not let it, its screen opens.
for (const copies of navigator.clipboard ? document.querySelectorAll("[data-copies]") : []) {
  copies.hidden = false;
  copies.addEventListener("click", async (event) => {
    if (copies.dataset.failed) return;
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(await wanted(copies));
      copies.nextElementSibling.textContent = copies.dataset.said;
    } catch {
      copies.dataset.failed = "yes";
      copies.click();
    }
  });
}
async function wanted(copies) {
  const shown = document.querySelector(copies.dataset.copies);
  if (shown) return shown.value;
  const body = new FormData(copies.form, copies);
  const page = await screen(copies.formAction, { method: "POST", body });
  return page.querySelector(copies.dataset.copies).value;
}
async function screen(url, how) {
  const answer = await fetch(url, { redirect: "error", ...how });
  if (!answer.ok) throw new Error(answer.statusText);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
// A short form opens over its screen. What is wrong with it is said on the page that it is alone.
for (const opener of document.querySelectorAll("[data-dialog]")) {
  opener.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      over(await screen(opener.href));
    } catch {
      location.assign(opener.href);
    }
  });
}
function over(page) {
  const [heading, form] = ["h1", "form"].map((one) => page.querySelector(`main > ${one}`));
  const dialog = document.createElement("dialog");
  const title = Object.assign(document.createElement("h2"), { id: "dialog-title" });
  title.append(...heading.childNodes);
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(title, ...page.querySelectorAll("main > .lede"), form);
  const away = form.querySelector("a");
  away.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.querySelector("main").append(dialog);
  dialog.showModal();
  (form.querySelector("select, textarea") ?? away).focus();
}
// While a job is at work its figures are put in place, and what became of it once it is over. For ten
// minutes, so that a screen left alone does not keep its session from ending.
const LIVE = "[data-live]";
async function follow(times) {
  const page = document.hidden ? document : await screen(location.href).catch(() => document);
  const next = page.querySelectorAll(LIVE);
  if (!next.length) {
    document.title = page.title;
    document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes);
    return;
  }
  if (page !== document) document.querySelectorAll(LIVE).forEach((old, at) => old.replaceChildren(...next[at].childNodes));
  if (times > 0) setTimeout(follow, 2000, times - 1);
}
if (document.querySelector(LIVE)) setTimeout(follow, 2000, 300);
