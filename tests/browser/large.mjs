// Writes a project of 500 segments, which use one another, in folders: node large.mjs FOLDER

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const write = (path, text) => {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const entities = ["customer", "order", "visit", "ticket", "payment", "message"];

write("segc.yml", "name: Northwind Outfitters\ntargets: { duckdb: {}, postgres: {} }\n");
write("catalog/all.yml", `entities:\n${entities.map((name) => `  ${name}:
    table: ${name}s
    key: ${name}_id
    time: at
    fields:
      ${name}_id: { type: integer, nullable: false }
${name === "customer" ? "" : "      customer_id: integer\n"}      at: { type: timestamp, nullable: false }
${Array.from({ length: 24 }, (_, at) => `      ${name}_${at}: { type: integer, description: Measure ${at} of a ${name} }\n`).join("")}    links:
${name === "customer"
    ? entities.slice(1).map((other) => `      ${other}s: { to: ${other}, many: true, on: { customer_id: customer_id } }\n`).join("")
    : "      customer: { to: customer, on: { customer_id: customer_id } }\n"}`).join("")}`);

const teams = ["growth", "lifecycle", "support", "finance", "product", "sales", "retention", "risk", "partners", "research"];
const files = new Map();
for (let at = 0; at < 500; at += 1) {
  const team = teams[at % teams.length];
  const other = entities[1 + (at % 5)];
  const path = `segments/${team}/part_${Math.floor(at / 125)}.seg`;
  const uses = at % 7 === 3 ? `\n    and in segment s${at - 3}` : at % 11 === 5 ? `\n    and not in segment s${at - 5}` : "";
  const text = `segment s${at} on customer {
  title: "Audience ${at} of ${team}"
  description: "Customers whose ${other}s are many, by measure ${at % 24}"
  owner: "${team}@northwind.example"
  tags: [${team}, q${1 + (at % 4)}]

  where count(${other}s during last ${7 + (at % 90)} days where ${other}_${at % 24} > ${at}) >= ${1 + (at % 5)}${uses}
}
`;
  files.set(path, (files.get(path) ?? "") + (files.has(path) ? "\n" : "") + text);
}
for (const [path, text] of files) write(path, text);
