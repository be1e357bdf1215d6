// Opens pages of a site in Chromium.

import { createRequire } from "node:module";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";

const required = createRequire(join(process.env.SEGC_BROWSER, "package.json"));
const puppeteer = required("puppeteer-core");
const axe = readFileSync(required.resolve("axe-core/axe.min.js"), "utf8");

export const launch = () => puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // As root, as in CI, Chromium has no sandbox; it only opens our files.
  args: ["--no-sandbox", "--force-color-profile=srgb"],
});

/** The paths of all pages of a site. */
export const pages = (site) => readdirSync(site, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
  .map((entry) => relative(site, join(entry.parentPath ?? entry.path, entry.name)))
  .sort();

/** Opens a page, whose errors are collected. */
export const open = async (browser, site, path, { width = 1440, theme = "light", script = true } = {}) => {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("requestfailed", (request) => errors.push(`${request.url()} can't be read`));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) errors.push(`asks for ${request.url()}`);
  });
  await page.setJavaScriptEnabled(script);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
  await page.setViewport({ width, height: 900 });
  const [file, hash] = path.split("#");
  await page.goto(pathToFileURL(join(site, file)).href + (hash ? `#${hash}` : ""), { waitUntil: "load" });
  return { page, errors };
};

/** How many pixels of a page are beside the window. */
export const beside = (page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

/** What axe finds to be serious or critical. */
export const violations = async (page) => {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations: all } = await window.axe.run(document, { preload: false, resultTypes: ["violations"] });
    return all.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ""}`) }));
  });
  return found.filter(({ impact }) => impact === "serious" || impact === "critical");
};
