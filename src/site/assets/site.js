// What makes pages more comfortable: the theme, filters, sorting, copying. They say all without it.
"use strict";

(() => {
  const root = document.documentElement;

  // The theme: the system's, light or dark.
  const themes = ["system", "light", "dark"];
  const button = document.querySelector(".theme");
  const show = () => {
    const label = `Theme: ${root.dataset.theme ?? "system"}`;
    button.querySelector("span").textContent = label;
    button.title = label;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(root.dataset.theme ?? "system") + 1) % themes.length];
    if (next === "system") delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      localStorage.setItem("segc-theme", next);
    } catch {
      // It lasts as long as the page.
    }
    show();
  });
  show();

  // On a narrow window, the open part of the site may be beside it.
  document.querySelector(".parts [aria-current='page']")?.scrollIntoView({ block: "nearest", inline: "center" });

  // Tables whose columns can be sorted.
  const value = (row, at) => row.cells[at].dataset.value ?? row.cells[at].textContent;
  const sort = (table, at, kind, descending) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const compare = kind === "number"
      ? (a, b) => Number(value(a, at)) - Number(value(b, at))
      : (a, b) => value(a, at).localeCompare(value(b, at), undefined, { numeric: true, sensitivity: "base" });
    rows.sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
    body.append(...rows);
  };
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      const kind = head.dataset.sort;
      if (!kind) return;
      const by = document.createElement("button");
      by.type = "button";
      by.textContent = head.textContent;
      head.replaceChildren(by);
      by.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        const descending = now ? now === "ascending" : kind === "number";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        sort(table, at, kind, descending);
      });
    });
  }

  // The filters of the table of segments. The address keeps them.
  const form = document.querySelector("[data-filters]");
  if (form) {
    const rows = [...document.querySelectorAll("table.segments tbody tr")];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const shown = document.getElementById("shown");
    const filter = () => {
      const asked = Object.fromEntries(new FormData(form));
      const words = (asked.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      rows.forEach((row, at) => {
        const fits = words.every((word) => texts[at].includes(word))
          && (!asked.entity || row.dataset.entity === asked.entity)
          && (!asked.owner || row.dataset.owner === asked.owner)
          && (!asked.tag || row.dataset.tags.includes(`|${asked.tag}|`));
        row.hidden = !fits;
        if (fits) count += 1;
      });
      shown.textContent = count === rows.length ? "" : `${count} of ${rows.length}`;
      const kept = Object.entries(asked).filter(([, text]) => text);
      const query = new URLSearchParams(kept).toString();
      try {
        history.replaceState(null, "", query ? `?${query}${location.hash}` : location.pathname + location.hash);
      } catch {
        // Some browsers refuse it for files.
      }
    };
    for (const [name, text] of new URLSearchParams(location.search)) {
      const field = form.elements.namedItem(name);
      if (field) field.value = text;
    }
    form.hidden = rows.length < 2;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    filter();
  }

  // The target whose SQL was read last, on all pages.
  const radios = [...document.querySelectorAll(".tabs input")];
  try {
    const last = localStorage.getItem("segc-target");
    const radio = radios.find((one) => one.value === last);
    if (radio) radio.checked = true;
    radios.forEach((one) => one.addEventListener("change", () => localStorage.setItem("segc-target", one.value)));
  } catch {
    // The first target, then.
  }

  // Copies code.
  for (const figure of document.querySelectorAll("figure.code")) {
    if (!navigator.clipboard) break;
    const copy = document.createElement("button");
    copy.type = "button";
    copy.className = "copy";
    copy.textContent = "Copy";
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(figure.querySelector("pre").textContent);
      copy.textContent = "Copied";
      setTimeout(() => (copy.textContent = "Copy"), 1500);
    });
    (figure.querySelector("figcaption") ?? figure).append(copy);
  }

  // A field that an address names is opened.
  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const details = target && target.querySelector("details");
    if (details) details.open = true;
  };
  addEventListener("hashchange", open);
  open();
})();
