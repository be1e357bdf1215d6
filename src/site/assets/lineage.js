// Which part of the graph a picture has: the whole, in groups if it is large, or what is around one node.
"use strict";

(() => {
  const { entities, segments } = window.segcGraph;
  const root = document.body.dataset.root;
  // More nodes than this can't be read at once.
  const MOST = 56;
  // Of the whole, with all that is between them, fewer.
  const MOST_OF_ALL = 28;
  const GROUPS = 16;
  const ROWS = 14;

  const children = segments.map(() => []);
  segments.forEach((segment, at) => segment.parents.forEach(([parent]) => children[parent].push(at)));
  const readers = entities.map(() => []);
  segments.forEach((segment, at) => segment.reads.forEach(([entity]) => readers[entity].push(at)));
  const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

  // All that a step leads to, the nearest first, as far as there is room.
  const around = (starts, step, room) => {
    const found = new Set(starts);
    const queue = [...starts];
    let left = 0;
    for (let at = 0; at < queue.length; at += 1) {
      for (const next of step(queue[at])) {
        if (found.has(next)) continue;
        if (found.size >= room) {
          left += 1;
          continue;
        }
        found.add(next);
        queue.push(next);
      }
    }
    return { found, left };
  };

  const builder = (whole) => {
    const nodes = new Map();
    const edges = new Map();
    const go = (kind, name, page) => (whole ? `#${kind}-${name}` : root + page);
    const segment = (at, more = {}) => {
      const one = segments[at];
      const id = `s${at}`;
      if (!nodes.has(id)) {
        nodes.set(id, {
          id, kind: "segment", name: one.title, note: one.title === one.name ? undefined : one.name, title: one.title, href: go("segment", one.name, one.href), ...more,
        });
      }
      return id;
    };
    const entity = (at, more = {}) => {
      const one = entities[at];
      const id = `e${at}`;
      if (!nodes.has(id)) {
        nodes.set(id, {
          id, kind: "entity", name: one.name, title: one.title, href: go("entity", one.name, one.href), rows: [],
          rowHref: whole ? (row) => (one.fields.includes(row) ? `#field-${one.name}.${row}` : undefined) : undefined, ...more,
        });
      }
      return id;
    };
    const edge = (from, to, kind, row) => edges.set(`${from} ${to} ${row ?? ""}`, { from, to, kind, row });
    return { nodes, edges, segment, entity, edge };
  };

  // The columns that segments read. Of an entity with many, the last row stands for the rest.
  const columns = (build, shown, only) => {
    const used = new Map();
    for (const at of shown) {
      for (const [entity, fields] of segments[at].reads) {
        if (only && only.entity !== entity) continue;
        const known = used.get(entity) ?? new Map();
        used.set(entity, known);
        const wanted = only?.field === undefined ? fields : fields.filter((field) => field === only.field);
        for (const field of wanted) known.set(field, [...(known.get(field) ?? []), at]);
        if (fields.length === 0 && only?.field === undefined) known.set(-1, [...(known.get(-1) ?? []), at]);
      }
    }
    for (const [entity, fields] of used) {
      const id = build.entity(entity);
      const node = build.nodes.get(id);
      const order = [...fields.keys()].filter((field) => field >= 0).sort((a, b) => a - b);
      const named = order.length > ROWS ? order.slice(0, ROWS - 1) : order;
      const rest = order.length - named.length;
      node.rows = named.map((field) => entities[entity].fields[field]);
      if (rest > 0) node.rows.push(`${rest} more`);
      for (const [field, list] of fields) {
        const place = named.indexOf(field);
        const row = field < 0 ? undefined : place < 0 ? `${rest} more` : node.rows[place];
        for (const at of list) build.edge(id, `s${at}`, "reads", row);
      }
    }
  };

  const links = (build, shown) => {
    for (const at of shown) {
      for (const [parent, kind] of segments[at].parents) {
        if (shown.has(parent)) build.edge(`s${parent}`, `s${at}`, "uses", undefined, kind);
      }
    }
  };

  const rest = (build, id, from, to, count, side) => {
    if (count === 0) return;
    build.nodes.set(id, { id, kind: "more", name: `${count} more`, title: `${count} more ${side}, in the list below` });
    build.edge(from ?? id, to ?? id, "uses");
  };

  // A segment with all that it depends on, to the column, and all that depends on it.
  const ofSegment = (at, whole) => {
    const build = builder(whole);
    const up = around([at], (one) => segments[one].parents.map(([parent]) => parent), MOST / 2);
    const down = around([at], (one) => children[one], MOST / 2);
    const shown = new Set([...up.found, ...down.found]);
    for (const one of shown) build.segment(one, { focus: one === at });
    columns(build, up.found);
    links(build, shown);
    rest(build, "up", undefined, `s${at}`, up.left, "segments that it uses");
    rest(build, "down", `s${at}`, undefined, down.left, "segments that use it");
    const one = segments[at];
    const said = `${one.name} reads ${plural(one.reads.length, "entity").replace("entitys", "entities")}, uses ${plural(one.parents.length, "segment")} and is used by ${children[at].length}.`;
    return { build, said, page: one.href, focus: `s${at}` };
  };

  // Segments in a node for each file, or for each folder if there are too many files.
  const inFiles = (build, list, link, within = "") => {
    const grouped = (depth) => {
      const groups = new Map();
      for (const at of list) {
        const parts = segments[at].path.split("/");
        const key = depth < parts.length ? `${parts.slice(0, depth).join("/")}/` : segments[at].path;
        groups.set(key, [...(groups.get(key) ?? []), at]);
      }
      return groups;
    };
    const deepest = Math.max(...list.map((at) => segments[at].path.split("/").length));
    const shallow = within.split("/").length;
    let groups = grouped(deepest);
    for (let depth = deepest - 1; depth >= shallow && groups.size > GROUPS; depth -= 1) groups = grouped(depth);
    for (const [path, members] of groups) {
      const id = `f${path}`;
      const count = plural(members.length, "segment");
      build.nodes.set(id, {
        id, kind: "group", name: path.replace(/^segments\/(?=.)/, "").replace(/\.seg$/, ""), title: path, note: count,
        href: `#in-${path}`,
      });
      link(id, members);
    }
    return groups.size;
  };

  // An entity or one of its fields, with the segments that read it and those that use these.
  const ofEntity = (at, field) => {
    const build = builder(true);
    const direct = readers[at].filter((one) => field === undefined
      || segments[one].reads.some(([entity, fields]) => entity === at && fields.includes(field)));
    const focus = build.entity(at, { focus: true });
    const name = field === undefined ? entities[at].name : `${entities[at].name}.${entities[at].fields[field]}`;
    if (direct.length > MOST / 2) {
      const read = entities[at].fields.filter((_, place) => (field === undefined ? direct : [])
        .some((one) => segments[one].reads.some(([entity, fields]) => entity === at && fields.includes(place))));
      build.nodes.get(focus).rows = field === undefined ? read : [entities[at].fields[field]];
      inFiles(build, direct, (id) => build.edge(focus, id, "reads"));
    } else {
      const down = around(direct, (one) => children[one], MOST);
      for (const one of down.found) build.segment(one);
      columns(build, direct, { entity: at, field });
      links(build, down.found);
      for (const one of direct) {
        if (![...build.edges.values()].some((edge) => edge.to === `s${one}` && edge.from === focus)) build.edge(focus, `s${one}`, "reads");
      }
    }
    const page = field === undefined ? entities[at].href : `${entities[at].href}#field-${encodeURIComponent(entities[at].fields[field])}`;
    return { build, said: `${name} is read by ${plural(direct.length, "segment")}.`, page, focus };
  };

  // The segments of a file or a folder. Of many, those with the same neighbours share a node.
  const ofPath = (path) => {
    const build = builder(true);
    const members = segments.flatMap((one, at) => (one.path === path || (path.endsWith("/") && one.path.startsWith(path)) ? [at] : []));
    const said = `${path} has ${plural(members.length, "segment")}.`;
    const files = new Set(members.map((at) => segments[at].path));
    const nodeOf = new Map();
    if (members.length > MOST_OF_ALL && files.size > 1) {
      inFiles(build, members, (id, group) => group.forEach((at) => nodeOf.set(at, id)), path);
    } else {
      const neighbours = (at) => JSON.stringify([segments[at].reads.map(([entity]) => entity), segments[at].parents.map(([parent]) => parent)]);
      const groups = new Map();
      for (const at of members) {
        const key = members.length > MOST_OF_ALL ? neighbours(at) : at;
        groups.set(key, [...(groups.get(key) ?? []), at]);
      }
      for (const group of groups.values()) {
        let id = `g${group[0]}`;
        if (group.length === 1) id = build.segment(group[0]);
        else {
          const some = group.slice(0, ROWS).map((at) => segments[at].name);
          if (group.length > some.length) some.push(`${group.length - some.length} more`);
          build.nodes.set(id, {
            id, kind: "group", name: `${group.length} that read the same`, title: group.map((at) => segments[at].name).join(", "), rows: some,
            rowHref: (row) => (segments.some((one) => one.name === row) ? `#segment-${row}` : undefined),
          });
        }
        group.forEach((at) => nodeOf.set(at, id));
      }
    }
    for (const [at, id] of nodeOf) {
      for (const [entity] of segments[at].reads) build.edge(build.entity(entity), id, "reads");
      if (members.length > MOST_OF_ALL) continue;
      for (const [parent] of segments[at].parents) build.edge(nodeOf.get(parent) ?? build.segment(parent), id, "uses");
    }
    return { build, said };
  };

  const everything = () => {
    const build = builder(true);
    const said = `${plural(segments.length, "segment")} on ${entities.length} entities.`;
    if (segments.length + entities.length <= MOST_OF_ALL) {
      segments.forEach((one, at) => {
        build.segment(at);
        for (const [entity] of one.reads) build.edge(build.entity(entity), `s${at}`, "reads");
      });
      links(build, new Set(segments.keys()));
      return { build, said: `${said} Choose one to see what is around it, to the column.` };
    }
    const all = segments.map((_, at) => at);
    const groupOf = new Map();
    inFiles(build, all, (id, members) => members.forEach((at) => groupOf.set(at, id)));
    for (const at of all) {
      for (const [entity] of segments[at].reads) build.edge(build.entity(entity), groupOf.get(at), "reads");
      for (const [parent] of segments[at].parents) {
        if (groupOf.get(parent) !== groupOf.get(at)) build.edge(groupOf.get(parent), groupOf.get(at), "uses");
      }
    }
    return { build, said: `${said} Choose a file, a folder or an entity, or name a segment, to see what is in it and around it.` };
  };

  const draw = (figure, part) => {
    const canvas = figure.querySelector(".canvas");
    const nodes = [...part.build.nodes.values()];
    const edges = [...part.build.edges.values()].filter(
      (edge) => edge.from !== edge.to && part.build.nodes.has(edge.from) && part.build.nodes.has(edge.to),
    );
    figure.hidden = false;
    const picture = window.segcPicture(nodes, edges);
    canvas.replaceChildren(picture.svg);
    return { canvas, picture };
  };

  const scaled = ({ picture }, scale) => {
    picture.svg.setAttribute("width", picture.width * scale);
    picture.svg.setAttribute("height", picture.height * scale);
  };
  const room = (canvas) => canvas.clientWidth - 32;

  // On the page of a segment.
  for (const figure of document.querySelectorAll("[data-lineage^='segment:']")) {
    const name = figure.dataset.lineage.slice("segment:".length);
    const at = segments.findIndex((one) => one.name === name);
    if (at < 0) continue;
    const part = ofSegment(at, false);
    if (part.build.nodes.size < 2) continue;
    const view = draw(figure, part);
    const fit = () => scaled(view, Math.max(0.72, Math.min(1, room(view.canvas) / view.picture.width)));
    fit();
    addEventListener("resize", fit);
    // What it is about comes into view.
    const place = view.picture.place(part.focus);
    view.canvas.scrollTop = place.y - view.canvas.clientHeight / 2;
    view.canvas.scrollLeft = place.x - view.canvas.clientWidth / 2;
  }

  // On the page of the whole.
  const figure = document.querySelector("[data-lineage='']");
  if (!figure) return;
  const caption = figure.querySelector("figcaption");
  const input = figure.querySelector("input");
  const canvas = figure.querySelector(".canvas");
  let view;
  let scale = 1;

  const names = new Map();
  segments.forEach((one, at) => names.set(one.name, `#segment-${segments[at].name}`));
  entities.forEach((one) => {
    if (!names.has(one.name)) names.set(one.name, `#entity-${one.name}`);
    one.fields.forEach((field) => names.set(`${one.name}.${field}`, `#field-${one.name}.${field}`));
  });
  const list = figure.querySelector("datalist");
  list.replaceChildren(...[...names.keys()].slice(0, 3000).map((name) => {
    const option = document.createElement("option");
    option.value = name;
    return option;
  }));

  const chosen = () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    const rest = (word) => (hash.startsWith(word) ? hash.slice(word.length) : undefined);
    const segment = segments.findIndex((one) => one.name === rest("segment-"));
    if (segment >= 0) return ofSegment(segment, true);
    const entity = entities.findIndex((one) => one.name === rest("entity-"));
    if (entity >= 0) return ofEntity(entity);
    const dot = rest("field-")?.lastIndexOf(".") ?? -1;
    if (dot > 0) {
      const of = entities.findIndex((one) => one.name === rest("field-").slice(0, dot));
      const field = entities[of]?.fields.indexOf(rest("field-").slice(dot + 1)) ?? -1;
      if (field >= 0) return ofEntity(of, field);
    }
    const path = rest("in-");
    if (path && segments.some((one) => one.path.startsWith(path))) return ofPath(path);
    return everything();
  };
  const zoom = (next) => {
    scale = Math.max(0.15, Math.min(2, next));
    scaled(view, scale);
  };
  const fit = () => {
    zoom(Math.min(1, Math.max(0.5, room(canvas) / view.picture.width)));
  };
  const show = () => {
    const part = chosen();
    view = draw(figure, part);
    fit();
    canvas.scrollTop = 0;
    caption.textContent = `${part.said} `;
    if (part.page) {
      const link = document.createElement("a");
      link.href = part.page;
      link.textContent = "Open its page";
      caption.append(link);
    }
  };

  addEventListener("hashchange", show);
  addEventListener("resize", fit);
  input.addEventListener("change", () => {
    const hash = names.get(input.value.trim());
    if (hash) {
      location.hash = hash;
      input.value = "";
    }
  });
  figure.addEventListener("click", (event) => {
    const act = event.target.closest("[data-do]")?.dataset.do;
    if (act === "all") location.hash = "";
    if (act === "in") zoom(scale * 1.25);
    if (act === "out") zoom(scale / 1.25);
    if (act === "fit") fit();
  });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(scale * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
  }, { passive: false });

  // Dragging moves the picture.
  let drag;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0 || event.target.closest("a")) return;
    drag = { x: event.clientX + canvas.scrollLeft, y: event.clientY + canvas.scrollTop };
    canvas.classList.add("drags");
  });
  addEventListener("pointermove", (event) => {
    if (!drag) return;
    canvas.scrollLeft = drag.x - event.clientX;
    canvas.scrollTop = drag.y - event.clientY;
  });
  addEventListener("pointerup", () => {
    drag = undefined;
    canvas.classList.remove("drags");
  });
  show();
})();
