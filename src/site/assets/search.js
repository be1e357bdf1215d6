// Search on all pages, by MiniSearch: `/` begins, arrows choose, Enter opens.
"use strict";

(() => {
  const input = document.getElementById("search");
  const list = document.getElementById("results");
  const status = document.getElementById("found");
  const root = document.body.dataset.root;
  const boost = { segment: 3, entity: 2, field: 1 };
  let index;
  let options = [];
  let at = -1;

  const split = (text) => text.split(/[^\p{L}\p{N}]+/u);
  const engine = () => {
    if (index) return index;
    index = new MiniSearch({
      fields: ["name", "title", "text", "more"],
      storeFields: ["kind", "name", "title", "text", "href"],
      tokenize: split,
      searchOptions: {
        boost: { name: 4, title: 4, text: 1.5 },
        boostDocument: (_, __, stored) => boost[stored.kind],
        prefix: true,
        combineWith: "AND",
      },
    });
    index.addAll(window.segcSearch);
    return index;
  };

  const choose = (next) => {
    options[at]?.setAttribute("aria-selected", "false");
    at = options.length === 0 ? -1 : (next + options.length) % options.length;
    const option = options[at];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    options = [];
    choose(-1);
  };
  const part = (tag, text, name) => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (name) made.className = name;
    return made;
  };
  const open = (found) => (location.href = root + found.href);
  const search = () => {
    const text = input.value.trim();
    if (!text) {
      status.textContent = "";
      close();
      return;
    }
    // Words that are nearly the same are better than nothing.
    const exact = engine().search(text);
    const found = (exact.length > 0 ? exact : engine().search(text, { fuzzy: 0.34 })).slice(0, 20);
    list.replaceChildren(...found.map((one, number) => {
      const option = document.createElement("li");
      option.id = `result-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.append(part("span", one.kind, "kind"), part("b", one.title));
      if (one.title !== one.name) option.append(" ", part("span", one.name, "mono soft"));
      if (one.text) option.append(part("small", one.text));
      option.addEventListener("mousedown", (event) => event.preventDefault());
      option.addEventListener("click", () => open(one));
      option.addEventListener("mousemove", () => at !== number && choose(number));
      option.found = one;
      return option;
    }));
    options = [...list.children];
    if (found.length === 0) {
      const none = part("li", "Nothing found", "soft");
      none.setAttribute("role", "option");
      none.setAttribute("aria-selected", "false");
      none.setAttribute("aria-disabled", "true");
      list.append(none);
    }
    status.textContent = found.length === 0 ? "Nothing found" : `${found.length} results`;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    at = -1;
    choose(0);
  };

  input.addEventListener("input", search);
  input.addEventListener("focus", search);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(at + 1);
    else if (event.key === "ArrowUp") choose(at - 1);
    else if (event.key === "Enter" && options[at]) open(options[at].found);
    else if (event.key === "Escape" && !list.hidden) close();
    else return;
    event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    const writes = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (event.key !== "/" || writes || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
})();
