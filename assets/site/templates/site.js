"use strict";
/* Theme, and the explorer of projects: search without accents, filters and order kept in the address. Without it, all is shown. */
(() => {
  const root = document.documentElement;
  const button = document.querySelector(".theme");
  const kept = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const say = () => { button.textContent = isDark() ? "Thème clair" : "Thème sombre"; };
  if (kept()) root.dataset.theme = kept();
  if (button) {
    button.hidden = false;
    say();
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* a reader who keeps nothing chooses again */ }
      say();
    });
  }
  /* Where rows are laid out as cards, some browsers forget that this is a table. */
  for (const table of document.querySelectorAll("table.stack, table.explorer")) {
    table.setAttribute("role", "table");
    for (const [role, chosen] of [["rowgroup", "thead, tbody"], ["row", "tr"], ["rowheader", "tbody th"], ["cell", "td"], ["columnheader", "thead th"]]) {
      for (const one of table.querySelectorAll(chosen)) one.setAttribute("role", role);
    }
  }
  /* A region takes the focus only where it scrolls. */
  const focusable = () => { for (const one of document.querySelectorAll(".scroll")) one.scrollWidth > one.clientWidth ? one.setAttribute("tabindex", "0") : one.removeAttribute("tabindex"); };
  addEventListener("resize", focusable);
  focusable();
  /* On paper, what is folded must be read too. */
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
})();

(() => {
  const form = document.querySelector(".explorer-filters");
  const table = document.querySelector("table.explorer");
  if (!form || !table) return;

  const status = document.getElementById("resultats");
  const presets = document.querySelector(".presets");
  const collator = new Intl.Collator("fr", { numeric: true, sensitivity: "base" });
  const key = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/œ/g, "oe").replace(/’/g, "'").replace(/\s+/g, " ").trim();
  const rows = [...table.tBodies[0].rows].map((row, rank) => ({ row, rank, text: key(`${row.cells[0].textContent} ${row.cells[1].textContent} ${row.cells[2].textContent} ${row.dataset.zone} ${row.dataset.programme}`) }));
  const fields = [...form.elements].filter((one) => one.name);

  /* Of the filters that have no field, only presets make use. */
  let state = new URLSearchParams(location.search);
  const hasValue = (row, name, wanted) => name === "programme" ? row.dataset.programme.split(/[ ,;]+/).includes(wanted) : row.getAttribute(`data-${name}`) === wanted;

  const apply = () => {
    const words = key(state.get("q") || "").split(" ").filter(Boolean);
    const wanted = [...state].filter(([name, value]) => value && !["q", "tri", "n"].includes(name));
    const [by, way] = (state.get("tri") || "").split("-");
    const value = ({ row }) => row.getAttribute(`data-s-${by}`);
    const sorted = by ? [...rows].sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      /* What is not known or not published stays last, whatever the direction. */
      if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1) || one.rank - other.rank;
      return (way === "desc" ? -1 : 1) * (isNaN(a) ? collator.compare(a, b) : a - b) || one.rank - other.rank;
    }) : rows;
    const most = Number(state.get("n")) || Infinity;
    let shown = 0;
    for (const { row, text } of sorted) {
      const kept = shown < most && (!by || most === Infinity || row.getAttribute(`data-s-${by}`)) && words.every((word) => text.includes(word)) && wanted.every(([name, one]) => hasValue(row, name, one));
      row.hidden = !kept;
      shown += kept;
    }
    table.tBodies[0].append(...sorted.map(({ row }) => row));
    for (const header of table.tHead.rows[0].cells) header.setAttribute("aria-sort", header.dataset.key !== by ? "none" : way === "desc" ? "descending" : "ascending");
    const said = `${shown}\u00a0projet${shown > 1 ? "s" : ""}${shown === rows.length ? "" : ` sur ${rows.length}`}`;
    if (status.textContent !== said) status.textContent = said;
    for (const field of fields) if (field.value !== (state.get(field.name) || "")) field.value = state.get(field.name) || "";
  };
  const go = (next, { replace = false } = {}) => {
    state = next;
    const address = state.toString() ? `?${state}` : location.pathname.split("/").pop() || "./";
    history[replace ? "replaceState" : "pushState"](null, "", address);
    apply();
  };
  const changed = (field, replace) => {
    const next = new URLSearchParams(state);
    if (field.value) next.set(field.name, field.value); else next.delete(field.name);
    next.delete("n");
    go(next, { replace });
  };

  form.addEventListener("input", (event) => changed(event.target, event.target.type === "search"));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => go(new URLSearchParams())));
  presets.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    go(new URLSearchParams(link.getAttribute("href").slice(1)));
  });
  addEventListener("popstate", () => { state = new URLSearchParams(location.search); apply(); });

  for (const header of table.tHead.rows[0].cells) {
    const control = document.createElement("button");
    control.type = "button";
    control.append(...header.childNodes);
    header.replaceChildren(control);
    const first = header.classList.contains("number") ? "desc" : "asc";
    control.addEventListener("click", () => {
      const now = state.get("tri") || "";
      const next = new URLSearchParams(state);
      next.set("tri", `${header.dataset.key}-${now === `${header.dataset.key}-${first}` ? (first === "asc" ? "desc" : "asc") : first}`);
      go(next);
    });
  }

  const copy = form.querySelector(".copy-link");
  copy.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(location.href); copy.textContent = "Lien copié"; } catch { prompt("Adresse de cette liste", location.href); }
    setTimeout(() => { copy.textContent = "Copier le lien"; }, 3000);
  });
  form.querySelector(".export").addEventListener("click", () => {
    const text = (cell) => (cell.querySelector("data")?.value ?? cell.textContent).replace(/\s+/g, " ").trim();
    const quoted = (one) => /[",\n]/.test(one) ? `"${one.replace(/"/g, '""')}"` : /^[=+@-]/.test(one) && isNaN(one) ? `'${one}` : one;
    const lines = [["identifiant_projet", "nom_projet", ...[...table.tHead.rows[0].cells].slice(1).map(text)]];
    for (const row of table.tBodies[0].rows) if (!row.hidden) lines.push([row.cells[0].querySelector("code").textContent, row.cells[0].querySelector("a").textContent, ...[...row.cells].slice(1).map(text)]);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", lines.map((line) => line.map(quoted).join(",")).join("\r\n"), "\r\n"], { type: "text/csv" }));
    link.download = "projets.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  });

  form.hidden = false;
  presets.hidden = false;
  apply();
})();

/* The search over everything. */
(() => {
  const form = document.querySelector(".search-everything");
  if (!form || !window.panoramaIndex) return;
  const MOST = 60;
  const field = form.querySelector("input");
  const status = document.getElementById("trouves");
  const found = document.querySelector(".found");
  const all = document.querySelector(".all-entries");
  const key = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/œ/g, "oe").replace(/[’']/g, " ").replace(/\s+/g, " ").trim();
  const entries = window.panoramaIndex.map(([title, address, kind, told, keywords]) => ({ title, address, kind, told, name: key(title), more: key(`${keywords} ${told} ${kind}`) }));

  /* The closest first: what begins so, a word that does, a name that holds it, then what is told of it. */
  const rank = ({ name, more }, words) => {
    let worst = 0;
    for (const word of words) {
      const one = name.startsWith(word) ? 0 : ` ${name}`.includes(` ${word}`) ? 1 : ` ${more}`.includes(` ${word}`) ? 2 : name.includes(word) ? 3 : more.includes(word) ? 4 : -1;
      if (one < 0) return -1;
      worst = Math.max(worst, one);
    }
    return worst;
  };
  const line = ({ title, address, kind, told }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const what = document.createElement("span");
    const more = document.createElement("span");
    link.href = `../${address}`;
    link.textContent = title;
    what.className = "kind";
    what.textContent = kind;
    more.className = "sub";
    more.textContent = told;
    item.append(link, " ", what, more);
    return item;
  };
  const apply = () => {
    const words = key(field.value).split(" ").filter(Boolean);
    const ranked = words.length ? entries.map((entry, order) => ({ entry, order, rank: rank(entry, words) })).filter((one) => one.rank >= 0).sort((one, other) => one.rank - other.rank || one.order - other.order) : [];
    all.hidden = words.length > 0;
    found.hidden = !words.length;
    found.replaceChildren(...ranked.slice(0, MOST).map((one) => line(one.entry)));
    const count = ranked.length;
    status.textContent = !words.length ? "" : !count ? "Rien ne correspond." : `${count}\u00a0résultat${count > 1 ? "s" : ""}${count > MOST ? `, dont les ${MOST} premiers` : ""}`;
  };
  field.value = new URLSearchParams(location.search).get("q") || "";
  field.addEventListener("input", () => {
    history.replaceState(null, "", field.value ? `?${new URLSearchParams({ q: field.value })}` : location.pathname.split("/").pop() || "./");
    apply();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
  field.focus();
})();
