// The pages of `segc docs` in a real browser: SITE is that of examples/shop, LARGE that of large.mjs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { beside, launch, open, pages, violations } from "./browser.mjs";

const { SITE, LARGE } = process.env;
let browser;

before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
});

/** Opens a page, works on it, and expects no errors. */
const on = async (site, path, options, work) => {
  const { page, errors } = await open(browser, site, path, options);
  try {
    await work(page);
    assert.deepEqual(errors, [], path);
  } finally {
    await page.close();
  }
};
const text = (page, selector) => page.$eval(selector, (found) => found.innerText);
const active = (page) => page.evaluate(() => {
  const found = document.activeElement;
  const style = getComputedStyle(found);
  const marked = found.closest("svg") || style.outlineStyle !== "none" || found.matches("input[type=radio]");
  return { name: found.id || found.textContent.trim().slice(0, 40), tag: found.tagName, marked: Boolean(marked) };
});

// One of each kind of page, the others only once.
const kinds = (site) => pages(site).filter((path, at, all) => !path.includes("/") || at % Math.ceil(all.length / 6) === 0);

for (const [name, site] of [["shop", SITE], ["large", LARGE]]) {
  test(`${name}: pages fit in windows of every width`, async () => {
    for (const path of kinds(site)) {
      for (const width of [360, 800, 1440]) {
        await on(site, path, { width }, async (page) => assert.ok(await beside(page) <= 0, `${path} at ${width}`));
      }
    }
  });

  test(`${name}: pages can be used with assistive technology`, async () => {
    for (const path of site === SITE ? pages(site) : kinds(site)) {
      for (const theme of path.includes("/") && !kinds(site).includes(path) ? ["light"] : ["light", "dark"]) {
        await on(site, path, { theme }, async (page) => assert.deepEqual(await violations(page), [], `${path}, ${theme}`));
      }
    }
    await on(site, "index.html", { width: 360 }, async (page) => assert.deepEqual(await violations(page), []));
  });
}

test("search finds a segment, an entity and a field", async () => {
  await on(SITE, "segments/high_value.html", {}, async (page) => {
    await page.keyboard.press("/");
    await page.keyboard.type("win bak");
    assert.match(await text(page, "#results"), /win_back/);
    assert.equal(await page.$eval("#search", (one) => one.getAttribute("aria-activedescendant")), "result-0");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    assert.match(page.url(), /segments\/win_back\.html$/);

    await page.keyboard.press("/");
    await page.keyboard.type("credit_limit");
    assert.match(await text(page, "#results"), /customer\.credit_limit/);
    await page.keyboard.press("Escape");
    assert.equal(await page.$eval("#results", (one) => one.hidden), true);
    await page.$eval("#search", (one) => (one.value = ""));
    await page.type("#search", "nothing is called that");
    assert.match(await text(page, "#results"), /Nothing found/);
  });
});

test("search finds one of 500 segments by its title", async () => {
  await on(LARGE, "index.html", {}, async (page) => {
    await page.type("#search", "audience 417");
    assert.match(await text(page, "#result-0"), /Audience 417 of/);
  });
});

test("everything is reached with the keyboard, and shows that it is", async () => {
  for (const path of ["index.html", "segments/win_back.html", "entities/customer.html", "overlap.html"]) {
    await on(SITE, path, {}, async (page) => {
      await page.keyboard.press("Tab");
      assert.equal((await active(page)).name, "Skip to content");
      const count = await page.$$eval("a[href], button, input:not([type=radio]), select, summary", (all) => all.filter((one) => one.checkVisibility()).length);
      const seen = new Set();
      for (let at = 0; at < count + 20; at += 1) {
        await page.keyboard.press("Tab");
        const one = await active(page);
        if (one.tag === "BODY") break;
        assert.ok(one.marked, `${path}: ${one.tag} ${one.name} doesn't show its focus`);
        seen.add(`${at}`);
      }
      assert.ok(seen.size >= count - 1, `${path}: ${seen.size} of ${count}`);
    });
  }
});

test("the skip link leads to the content", async () => {
  await on(SITE, "index.html", {}, async (page) => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal((await active(page)).name, "main");
  });
});

test("the theme is chosen and kept", async () => {
  await on(SITE, "index.html", { theme: "dark" }, async (page) => {
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.click(".theme");
    const light = await background();
    assert.notEqual(dark, light);
    await page.reload();
    assert.equal(await background(), light);
    await page.click(".theme");
    assert.equal(await background(), dark);
    await page.click(".theme");
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), undefined);
  });
});

test("tabs of SQL work with arrow keys, also without scripts", async () => {
  for (const script of [true, false]) {
    await on(SITE, "segments/high_value.html", { script }, async (page) => {
      const shown = () => page.$$eval(".tabs .panel", (all) => all.filter((one) => one.checkVisibility()).map((one) => one.textContent));
      const [first, ...others] = await shown();
      assert.match(first, /SELECT/);
      assert.equal(others.length, 0);
      await page.focus(".tabs input");
      await page.keyboard.press("ArrowRight");
      const [second, ...rest] = await shown();
      assert.equal(rest.length, 0);
      assert.notEqual(second, first);
    });
  }
});

test("without scripts, a page says all", async () => {
  await on(SITE, "segments/win_back.html", { script: false }, async (page) => {
    assert.match(await text(page, "main"), /lifetime value is at least 500/);
    assert.equal(await page.$eval(".find", (one) => one.checkVisibility()), false, "search needs a script");
    assert.equal(await page.$eval(".picture", (one) => one.checkVisibility()), false, "so does the picture");
    assert.match(await text(page, "#lineage"), /do_not_contact/);
  });
});

test("the table of segments is filtered and sorted", async () => {
  await on(SITE, "index.html", {}, async (page) => {
    const rows = () => page.$$eval("table.segments tbody tr", (all) => all.filter((one) => one.checkVisibility()).map((one) => one.cells[0].dataset.value));
    assert.equal((await rows()).length, 40);
    await page.type("[name=text]", "complained");
    assert.deepEqual(await rows(), ["do_not_contact"]);
    assert.equal(await text(page, "#shown"), "1 of 40");
    await page.$eval("[data-filters]", (form) => form.reset());
    await page.select("[name=entity]", "company");
    assert.deepEqual(await rows(), ["accounts_with_vips", "big_accounts"]);
    await page.reload();
    assert.deepEqual(await rows(), ["accounts_with_vips", "big_accounts"], "the address keeps filters");
    await page.select("[name=entity]", "");
    await page.evaluate(() => [...document.querySelectorAll("th button")].find((one) => one.textContent === "Members").click());
    assert.equal((await rows())[0], "bulk_lines");
    assert.equal(await page.$eval("th[aria-sort]", (one) => one.getAttribute("aria-sort")), "descending");
  });
});

test("the lineage of a segment is drawn to the column", async () => {
  await on(SITE, "segments/high_value.html", {}, async (page) => {
    const rows = await page.$$eval(".picture .node.entity .row", (all) => all.map((one) => one.textContent));
    assert.deepEqual(rows.sort(), ["customer_id", "customer_id", "ordered_at", "total"]);
    assert.equal(await page.$$eval(".picture .edge", (all) => all.length), 6);
    await Promise.all([page.waitForNavigation(), page.click(".picture a[href$='high_value_us.html']")]);
    assert.match(page.url(), /segments\/high_value_us\.html$/);
  });
});

const overlapping = (page) => page.evaluate(() => {
  const boxes = [...document.querySelectorAll(".picture .node > a > rect, .picture .node > rect")].map((one) => one.getBoundingClientRect());
  return boxes.filter((a, at) => boxes.slice(at + 1).some((b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)).length;
});

test("the lineage of the whole leads to segments, files, entities and fields", async () => {
  await on(SITE, "lineage.html", {}, async (page) => {
    const nodes = () => page.$$eval(".picture .node .name", (all) => all.map((one) => one.textContent));
    assert.ok((await nodes()).includes("behaviour"));
    await page.click(".picture a[href='#in-segments/value.seg']");
    await page.waitForFunction(() => document.querySelector("figcaption").textContent.includes("value.seg has"));
    assert.ok((await nodes()).includes("high_value_us"));
    await page.type(".tools input", "order.total");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("figcaption").textContent.startsWith("order.total is read by"));
    assert.ok((await nodes()).includes("accounts_with_vips"), "also those that use the readers");
    await page.click("[data-do=all]");
    await page.waitForFunction(() => document.querySelector("figcaption").textContent.startsWith("40 segments"));
    const width = () => page.$eval(".picture svg", (one) => one.getBoundingClientRect().width);
    const before = await width();
    await page.click("[data-do=in]");
    assert.ok(await width() > before);
  });
});

test("the lineage of 500 segments can be read", async () => {
  for (const hash of ["", "#entity-customer", "#segment-s7", "#in-segments/growth/", "#in-segments/growth/part_0.seg", "#field-order.order_3"]) {
    await on(LARGE, `lineage.html${hash}`, {}, async (page) => {
      const count = await page.$$eval(".picture .node", (all) => all.length);
      assert.ok(count > 1 && count <= 80, `${hash}: ${count} nodes`);
      assert.equal(await overlapping(page), 0, hash);
      const size = await page.$eval(".picture .node text", (one) => one.getBoundingClientRect().height);
      assert.ok(size >= 8, `${hash}: letters of ${size} pixels`);
    });
  }
});

test("an entity's field that an address names is opened", async () => {
  await on(SITE, "entities/order.html#field-total", {}, async (page) => {
    assert.equal(await page.$eval("#field-total details", (one) => one.open), true);
  });
});
