"use strict";
/* The table of projects: search without accents, filters, sort. The rows are in the page; without this script all are shown. */
(() => {
  const form = document.querySelector(".filters");
  const table = document.getElementById("tableau-projets");
  if (!form || !table) return;

  const [search, ministry, phase, order] = ["recherche", "filtre-ministere", "filtre-phase", "tri"].map((id) => document.getElementById(id));
  const status = document.getElementById("resultats");
  const body = table.tBodies[0];
  const headers = [...table.tHead.rows[0].cells];
  const collator = new Intl.Collator("fr", { numeric: true, sensitivity: "base" });

  const key = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/œ/g, "oe").replace(/’/g, "'").replace(/\s+/g, " ").trim();
  const rows = [...body.rows].map((row, rank) => ({ row, rank, text: key(`${row.cells[0].textContent} ${row.dataset.ministry} ${row.dataset.phase}`) }));
  const empty = document.createElement("p");
  empty.className = "empty";
  empty.textContent = "Aucun projet ne correspond à cette recherche.";
  empty.hidden = true;
  table.after(empty);

  /* Where rows are laid out as cards, some browsers forget that this is a table. */
  table.setAttribute("role", "table");
  for (const group of table.querySelectorAll("thead, tbody")) group.setAttribute("role", "rowgroup");
  for (const row of table.rows) row.setAttribute("role", "row");
  for (const cell of table.querySelectorAll("tbody th")) cell.setAttribute("role", "rowheader");
  for (const cell of table.querySelectorAll("td")) cell.setAttribute("role", "cell");
  for (const cell of headers) cell.setAttribute("role", "columnheader");

  const said = (shown) => {
    const projects = (count) => `${count}\u00a0projet${count > 1 ? "s" : ""}`;
    return shown === rows.length ? projects(shown) : `${projects(shown)} sur ${rows.length}`;
  };

  const filter = () => {
    const words = key(search.value).split(" ").filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      const kept = words.every((word) => text.includes(word)) && (!ministry.value || row.dataset.ministry === ministry.value) && (!phase.value || row.dataset.phase === phase.value);
      row.hidden = !kept;
      shown += kept;
    }
    empty.hidden = shown > 0;
    if (status.textContent !== said(shown)) status.textContent = said(shown);
  };

  const sort = (column, direction) => {
    const numeric = column >= 0 && headers[column].dataset.type === "number";
    const value = ({ row }) => row.cells[column].dataset.sort;
    const sorted = column < 0 ? rows : [...rows].sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      /* What is not known or not published stays last, whatever the direction. */
      if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1) || one.rank - other.rank;
      return direction * (numeric ? a - b : collator.compare(a, b)) || one.rank - other.rank;
    });
    body.append(...sorted.map(({ row }) => row));
    headers.forEach((header, index) => header.setAttribute("aria-sort", index !== column ? "none" : direction > 0 ? "ascending" : "descending"));
    order.value = column < 0 ? "" : `${column},${direction}`;
  };

  order.append(new Option("Ministère et nom", ""));
  headers.forEach((header, column) => {
    const name = header.textContent.replace(/\s+/g, " ").trim();
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.replaceChildren(button);
    header.setAttribute("aria-sort", "none");
    const first = header.classList.contains("number") ? -1 : 1;
    button.addEventListener("click", () => {
      const now = header.getAttribute("aria-sort");
      sort(column, now === "none" ? first : now === "ascending" ? -1 : 1);
    });
    const [up, down] = header.dataset.type === "text" && first > 0 ? ["de A à Z", "de Z à A"] : ["croissant", "décroissant"];
    order.append(new Option(`${name}, ${up}`, `${column},1`), new Option(`${name}, ${down}`, `${column},-1`));
  });

  order.addEventListener("change", () => {
    const [column, direction] = order.value ? order.value.split(",").map(Number) : [-1, 1];
    sort(column, direction);
  });
  for (const control of [search, ministry, phase]) control.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { sort(-1, 1); filter(); }));
  form.hidden = false;
  filter();

  /* On paper, what is folded must be read too. */
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
})();
