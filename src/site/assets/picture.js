// Draws a graph from left to right: dagre places the nodes, this file makes the SVG.
//
// A node: { id, kind, name, title, rows, rowHref, href, focus, note }. An edge: { from, row, to, kind }, where `row` is the
// row of the node that it begins at.
"use strict";

window.segcPicture = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const LINE = 20;
  const HEAD = 32;
  const LONGEST = 34;
  const ruler = document.createElement("canvas").getContext("2d");
  const sans = getComputedStyle(document.body).fontFamily;
  const mono = getComputedStyle(document.documentElement).getPropertyValue("--mono") || "monospace";

  const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
  const width = (text, font) => {
    ruler.font = font;
    return ruler.measureText(text).width;
  };
  const make = (tag, attributes, ...children) => {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  };

  const size = (node) => {
    const rows = (node.rows ?? []).map((row) => width(short(row), `12px ${mono}`) + 28);
    const note = node.note ? width(node.note, `11px ${sans}`) + 28 : 0;
    const name = width(short(node.name), `600 13px ${sans}`) + 28;
    return {
      width: Math.ceil(Math.max(72, name, note, ...rows)),
      height: HEAD + (node.note ? 14 : 0) + (node.rows?.length ? node.rows.length * LINE + 6 : 0),
    };
  };

  const drawn = (node, place) => {
    const left = place.x - place.width / 2;
    const top = place.y - place.height / 2;
    const parts = [
      make("rect", { width: place.width, height: place.height, rx: 7 }),
      make("text", { class: "name", x: 14, y: 21 }, short(node.name)),
    ];
    const rows = (node.rows ?? []).map((row, at) => {
      const text = make("text", { class: "row", x: 14, y: HEAD + (node.note ? 14 : 0) + at * LINE + 11 }, short(row));
      const href = node.rowHref?.(row);
      return href ? make("a", { href, "aria-label": `${node.name}.${row}` }, text) : text;
    });
    // The space is between the words of the link's name.
    if (node.note) parts.push(" ", make("text", { class: "kind", x: 14, y: 36 }, node.note));
    const title = make("title", {}, node.title ?? node.name);
    const inside = node.href ? [title, make("a", { href: node.href }, ...parts)] : [title, ...parts];
    const classes = ["node", node.kind, node.focus ? "focus" : ""].filter(Boolean).join(" ");
    return make("g", { class: classes, transform: `translate(${left} ${top})` }, ...inside, ...rows);
  };

  // A line that leaves and arrives horizontally, through the points that dagre chose.
  const line = (points) => {
    let path = `M${points[0].x} ${points[0].y}`;
    for (let at = 1; at < points.length; at += 1) {
      const [from, to] = [points[at - 1], points[at]];
      const middle = (from.x + to.x) / 2;
      path += `C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
    }
    return path;
  };

  return (nodes, edges) => {
    const graph = new dagre.graphlib.Graph({ multigraph: true });
    graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 64, edgesep: 8, marginx: 2, marginy: 16 });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const node of nodes) graph.setNode(node.id, size(node));
    // Rows of one node that lead to the same other are one edge for the layout.
    for (const edge of edges) graph.setEdge(edge.from, edge.to);
    // Tables are in the first column.
    const tables = nodes.filter((node) => node.kind === "entity");
    if (tables.length > 1) {
      graph.setNode("first", { width: 0, height: 0 });
      for (const node of tables) graph.setEdge("first", node.id, { weight: 20 });
    }
    dagre.layout(graph);

    const places = nodes.map((node) => graph.node(node.id));
    const shift = Math.max(0, Math.min(...places.map((place) => place.x - place.width / 2)) - 2);
    const wide = graph.graph().width - shift;
    const high = graph.graph().height;
    const lines = [];
    const shapes = new Map();
    for (const edge of edges) {
      const [from, to] = [graph.node(edge.from), graph.node(edge.to)];
      const node = nodes.find((one) => one.id === edge.from);
      const row = edge.row === undefined ? -1 : node.rows.indexOf(edge.row);
      const y = row < 0
        ? from.y - from.height / 2 + Math.min(HEAD / 2, from.height / 2)
        : from.y - from.height / 2 + HEAD + (node.note ? 14 : 0) + row * LINE + 7;
      const middle = graph.edge(edge.from, edge.to).points.slice(1, -1);
      const points = [
        { x: from.x + from.width / 2, y },
        ...(middle.length > 1 ? middle.slice(1, -1) : []),
        { x: to.x - to.width / 2, y: to.y },
      ];
      const shape = make("path", { class: `edge ${edge.kind ?? ""}`, d: line(points) });
      lines.push(shape);
      for (const end of [edge.from, edge.to]) shapes.set(end, [...(shapes.get(end) ?? []), shape]);
    }
    const svg = make(
      "svg",
      { viewBox: `${shift} 0 ${wide} ${high}`, width: wide, height: high, xmlns: SVG },
      ...lines,
    );
    for (const node of nodes) {
      const shape = drawn(node, graph.node(node.id));
      const light = (on) => (shapes.get(node.id) ?? []).forEach((one) => one.classList.toggle("lit", on));
      shape.addEventListener("mouseenter", () => light(true));
      shape.addEventListener("mouseleave", () => light(false));
      shape.addEventListener("focusin", () => light(true));
      shape.addEventListener("focusout", () => light(false));
      svg.append(shape);
    }
    return { svg, width: wide, height: high, place: (id) => ({ x: graph.node(id).x - shift, y: graph.node(id).y }) };
  };
})();
