/*
 * portal.js: what pages can do besides being read. Everything works without it; nothing here fetches or evaluates.
 *
 *  1 Heat map: one tab stop, arrow keys move, the cell under focus or pointer is said in words.
 *  2 Forms: a second press of the same button does not send twice.
 */
"use strict";

/* 1 Heat map ------------------------------------------------------------------------------------------------------- */
(() => {
  const narrow = window.matchMedia("(max-width: 48rem)");

  /** Rows of the grid: the day's head and its 48 slots. Totals are read, not visited. */
  function rowsOf(table) {
    const rows = [];
    for (const row of table.tBodies[0].rows) {
      const head = row.querySelector("th.day");
      if (head) rows.push([head, ...row.querySelectorAll("td:not(.sum)")]);
    }
    return rows;
  }

  function words(table, rows, place) {
    const cell = rows[place.row][place.column];
    const day = rows[place.row][0].textContent.trim().replace(/\s+/g, " ");
    if (place.column === 0) return day;
    const slot = table.querySelectorAll("thead .tick")[place.column - 1].textContent.trim().replace(/\s+/g, " ");
    return `${day} ${slot} ${cell.textContent.trim()}`;
  }

  /** Where a key leads from `place`; null when the key is not ours. In the narrow form slots run down and days across. */
  function next(key, control, place, last) {
    const along = { column: 1, row: 0 };
    const across = { column: 0, row: 1 };
    const [right, down] = narrow.matches ? [across, along] : [along, across];
    const move = (step, by) => ({ row: place.row + step.row * by, column: place.column + step.column * by });
    switch (key) {
      case "ArrowRight": return move(right, 1);
      case "ArrowLeft": return move(right, -1);
      case "ArrowDown": return move(down, 1);
      case "ArrowUp": return move(down, -1);
      case "PageDown": return { row: place.row + 7, column: place.column };
      case "PageUp": return { row: place.row - 7, column: place.column };
      case "Home": return { row: control ? 0 : place.row, column: 0 };
      case "End": return { row: control ? last.row : place.row, column: last.column };
      default: return null;
    }
  }

  function clamp(place, last) {
    return {
      row: Math.min(Math.max(place.row, 0), last.row),
      column: Math.min(Math.max(place.column, 0), last.column),
    };
  }

  function enhance(table) {
    const rows = rowsOf(table);
    if (!rows.length) return;
    const last = { row: rows.length - 1, column: rows[0].length - 1 };
    const readout = document.getElementById(table.dataset.readout);
    const places = new Map();
    let here = { row: 0, column: 1 };

    table.setAttribute("role", "grid");
    const region = table.closest(".scroll");
    const wasHere = document.activeElement === region;
    region.removeAttribute("tabindex");
    rows.forEach((cells, row) => cells.forEach((cell, column) => {
      places.set(cell, { row, column });
      cell.setAttribute("role", column ? "gridcell" : "rowheader");
      cell.tabIndex = -1;
    }));
    for (const link of table.querySelectorAll("a")) link.tabIndex = -1;

    const current = table.querySelector("a[aria-current]");
    if (current) here = { row: places.get(current.closest("th")).row, column: 1 };
    rows[here.row][here.column].tabIndex = 0;
    if (wasHere) rows[here.row][here.column].focus();

    const say = (place) => { if (readout) readout.textContent = words(table, rows, place); };
    const go = (place, focus) => {
      rows[here.row][here.column].tabIndex = -1;
      here = place;
      const cell = rows[here.row][here.column];
      cell.tabIndex = 0;
      if (focus) cell.focus({ preventScroll: false });
      say(here);
    };

    table.addEventListener("keydown", (event) => {
      if (event.altKey || event.metaKey) return;
      if (event.key === "Enter") {
        const link = rows[here.row][0].querySelector("a");
        if (link && event.target.tagName !== "A") link.click();
        return;
      }
      const place = next(event.key, event.ctrlKey, here, last);
      if (!place) return;
      event.preventDefault();
      go(clamp(place, last), true);
    });
    const placeOf = (event) => places.get(event.target.closest("td, th"));
    table.addEventListener("focusin", (event) => { const place = placeOf(event); if (place) go(place, false); });
    table.addEventListener("click", (event) => {
      const place = placeOf(event);
      if (place && event.target.tagName !== "A") go(place, true);
    });
    table.addEventListener("pointermove", (event) => {
      const place = event.pointerType === "mouse" ? placeOf(event) : undefined;
      if (place) say(place);
    });
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("table[data-readout]").forEach(enhance));
})();

/* 2 Forms ---------------------------------------------------------------------------------------------------------- */
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  if (event.target.method !== "post") return;
  event.target.dataset.sent = "yes";
  window.setTimeout(() => delete event.target.dataset.sent, 4000);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
