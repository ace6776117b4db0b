"use strict";
// What pages do beyond plain forms: count down, keep the lease while somebody works, choose with a key,
// fold the pages away and lay tables out for a narrow screen. Everything works without this file but these five.

const MINUTE = 60_000;
const LEASE_EVERY = 5 * MINUTE;

function inWords(minutes) {
  const size = Math.abs(minutes);
  let text = `${size} min`;
  if (size >= 1440) text = `${Math.floor(size / 1440)} days`;
  else if (size >= 60) text = `${Math.floor(size / 60)} h ${String(size % 60).padStart(2, "0")} min`;
  return minutes < 0 ? `${text} late` : text;
}

function countDown() {
  for (const place of document.querySelectorAll("[data-deadline]")) {
    const minutes = Math.floor((Date.parse(place.dataset.deadline) - Date.now()) / MINUTE);
    const words = inWords(minutes);
    if (place.textContent !== words) place.textContent = words;
    place.classList.toggle("soon", minutes < 30);
  }
}

function keepLease() {
  const form = document.getElementById("lease");
  if (!form) return;
  let worked = false;
  for (const sign of ["keydown", "pointerdown", "pointermove", "scroll"]) {
    window.addEventListener(sign, () => { worked = true; }, { passive: true });
  }
  setInterval(() => {
    if (worked) form.dispatchEvent(new Event("keep-lease"));
    worked = false;
  }, LEASE_EVERY);
}

function isTyping(target) {
  return target instanceof HTMLElement && target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
}

function chooseByKey() {
  const on = document.getElementById("keys-on");
  if (!on) return;
  // Single-key shortcuts can be turned off (WCAG 2.1.4); the choice stays on this machine.
  on.checked = localStorage.getItem("keys") !== "off";
  on.addEventListener("change", () => localStorage.setItem("keys", on.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!on.checked || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    const choice = document.querySelector(`input[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!choice) return;
    event.preventDefault();
    choice.checked = choice.type === "radio" || !choice.checked;
    choice.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (!on.checked || event.key !== "Enter" || !event.ctrlKey) return;
    event.preventDefault();
    // As the button does: what is missing is shown, and nothing is sent.
    on.form.requestSubmit();
  });
}

// On a narrow screen, and beside a review, the pages are folded away behind one button.
function foldPages() {
  const button = document.querySelector("button.fold");
  const pages = document.getElementById("pages");
  if (!button || !pages) return;
  const unfold = (isOpen) => {
    button.setAttribute("aria-expanded", String(isOpen));
    pages.classList.toggle("open", isOpen);
  };
  button.addEventListener("click", () => unfold(button.getAttribute("aria-expanded") === "false"));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !pages.classList.contains("open")) return;
    unfold(false);
    button.focus();
  });
}

// On a narrow screen a row becomes a block of lines; each line then needs the heading of its column.
function labelCells() {
  for (const table of document.querySelectorAll("main table:not(.queue, .sides, .compact)")) {
    const headings = [...table.querySelectorAll("thead th")].map((heading) => heading.textContent.trim());
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.cells].forEach((cell, place) => { cell.dataset.label = headings[place] ?? ""; });
    }
    table.classList.add("stacked");
  }
}

countDown();
labelCells();
setInterval(countDown, 15_000);
// Rows that came anew carry the server's minutes and no headings: both are mended at once.
document.addEventListener("htmx:after:swap", () => { countDown(); labelCells(); });
keepLease();
chooseByKey();
foldPages();
(document.getElementById("refused") ?? document.getElementById("proved"))?.focus();
