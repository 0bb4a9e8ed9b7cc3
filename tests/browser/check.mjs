// Opens a report as people do and fails on the first thing a reader, a screen reader, a printer or a security policy would trip over.
// Usage: node check.mjs REPORT [HOSTILE-REPORT [DRAWN-REPORT ...]]; the second has markup in every value, of the others the charts are looked at.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const [report, hostile, ...drawn] = process.argv.slice(2).map((path) => resolve(path));
const url = pathToFileURL(report).href;
const work = mkdtempSync(join(tmpdir(), "report-"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
let passed = 0;
let failed = 0;

async function check(name, run) {
  const began = performance.now();
  try {
    const said = await run();
    passed += 1;
    console.log(`ok   ${name} (${Math.round(performance.now() - began)} ms)${said ? `: ${said}` : ""}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}: ${error.message}`);
  }
}

function must(condition, message) {
  if (!condition) throw new Error(message);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});

// A page, with everything it asks for and complains about.
async function open(options = {}, target = url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const heard = [];
  page.on("console", (message) => message.type() !== "log" && heard.push(message.text()));
  page.on("pageerror", (error) => heard.push(String(error)));
  page.on("request", (request) => !/^(file|data|blob):/.test(request.url()) && heard.push(`asked for ${request.url()}`));
  const began = performance.now();
  await page.goto(target);
  return { context, page, heard, took: Math.round(performance.now() - began) };
}

// Resolved findings too, which come last.
const ids = [...readFileSync(report, "utf8").matchAll(/<tr id="(F-[0-9a-z]+)"/g)].map((found) => found[1]);

await check("html-validate", async () => {
  const validator = new HtmlValidate({ extends: ["html-validate:recommended", "html-validate:a11y"], rules: { "long-title": "off" } });
  const result = await validator.validateFile(report);
  const messages = result.results.flatMap((one) => one.messages).map((one) => `${one.line}:${one.column} ${one.ruleId} ${one.message}`);
  must(!messages.length, `${messages.length} errors, first ${messages.slice(0, 5).join(" | ")}`);
});

const jar = join(here, "node_modules/vnu-jar/build/dist/vnu.jar");
if (existsSync(jar) && spawnSync("java", ["-version"]).status === 0) {
  await check("vnu", () => {
    const ran = spawnSync("java", ["-jar", jar, "--errors-only", report], { encoding: "utf8" });
    must(ran.status === 0, ran.stderr.split("\n").slice(0, 5).join(" | "));
  });
}

for (const [name, options] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["320 px", { viewport: { width: 320, height: 640 } }],
]) {
  await check(`axe, ${name}`, async () => {
    const { context, page } = await open(options);
    await page.evaluate(axe);
    const found = await page.evaluate((values) => axe.run(document, { runOnly: { type: "tag", values } }), tags);
    await context.close();
    const said = found.violations.map((one) => `${one.id} (${one.nodes.length}): ${one.nodes[0].html.slice(0, 120)}`);
    must(!said.length, said.join(" | "));
  });
}

await check("quiet, and every finding is there", async () => {
  const { context, page, heard, took } = await open();
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  await context.close();
  must(!heard.length, heard.slice(0, 3).join(" | "));
  return `answers after ${took} ms, ${nodes} nodes, ${statSync(report).size} bytes, ${ids.length} findings`;
});

await check("script off: nothing is lost", async () => {
  const { context, page } = await open({ javaScriptEnabled: false });
  const text = await page.locator("main").textContent();
  await context.close();
  const gone = ids.filter((id) => !text.includes(id));
  must(!gone.length, `${gone.length} ids are missing, first ${gone[0]}`);
});

for (const sandbox of ["", "allow-scripts"]) {
  await check(`in a sandboxed frame (${sandbox || "nothing allowed"})`, async () => {
    const frame = join(work, `frame-${sandbox}.html`);
    writeFileSync(frame, `<!DOCTYPE html><title>x</title><iframe sandbox="${sandbox}" src="${url}" width="1200" height="800"></iframe>`);
    const { context, page, heard } = await open({}, pathToFileURL(frame).href);
    const inside = page.frameLocator("iframe");
    must((await inside.locator("h1").innerText()).length > 0, "no heading");
    must((await inside.locator("section.kind tbody tr").count()) > 0, "no rows");
    await context.close();
    const wrong = heard.filter((message) => /SecurityError|Content Security/.test(message));
    must(!wrong.length, wrong[0]);
  });
}

await check("filter, sort, pages, severity, clear", async () => {
  const { context, page, heard } = await open();
  const section = page.locator("section.kind", { has: page.locator(".bar") }).first();
  const status = section.locator('[role="status"]');
  const all = await status.innerText();
  const name = await section.locator("tbody th bdi").first().textContent();
  await section.locator('input[type="search"]').fill(name);
  await page.waitForFunction(([one, before]) => one.textContent !== before, [await status.elementHandle(), all], { timeout: 5000 });
  await section.locator('input[type="search"]').fill("no such person anywhere");
  await section.getByRole("button", { name: "Clear filter" }).click();
  must((await status.innerText()) === all, "clearing did not bring all back");
  const head = section.locator("thead button").nth(2);
  await head.click();
  must((await section.locator("[aria-sort]").count()) === 1, "aria-sort is on one header");
  const [download] = await Promise.all([page.waitForEvent("download"), section.getByRole("button", { name: "CSV of this view" }).click()]);
  const csv = readFileSync(await download.path(), "utf8");
  must(csv.startsWith("\uFEFF"), "the CSV has no byte-order mark");
  must(!csv.replaceAll("\r\n", "").includes("\n"), "a cell of the CSV has several lines");
  await context.close();
  must(!heard.length, heard[0]);
});

await check("a column that is said to be sorted is in order", async () => {
  const { context, page } = await open();
  const wrong = await page.evaluate(() => {
    const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
    const found = [];
    for (const section of document.querySelectorAll("section.kind:has(.bar)")) {
      for (const head of section.querySelectorAll('th[data-t="s"]')) {
        head.querySelector("button").click();
        const cells = [...section.querySelectorAll("tbody tr")].map((row) => row.cells[head.cellIndex]);
        const values = cells.map((cell) => cell.dataset.v ?? cell.textContent);
        if (values.some((value, at) => at && collator.compare(values[at - 1], value) > 0)) found.push(`${section.id}: ${head.textContent}`);
      }
      section.querySelectorAll('.bar [type="checkbox"]').forEach((box) => box.click());
      const said = section.querySelector(".note")?.textContent ?? "";
      if (said.includes("\u201C\u201D")) found.push(`${section.id}: ${said}`);
    }
    return found;
  });
  await context.close();
  must(!wrong.length, wrong.join(" | "));
});

for (const javaScriptEnabled of [true, false]) {
  await check(`deep link to the last finding, script ${javaScriptEnabled ? "on" : "off"}`, async () => {
    const last = ids[ids.length - 1];
    const biggest = ids[Math.floor(ids.length * 0.6)];
    for (const id of [last, biggest]) {
      const { context, page } = await open({ javaScriptEnabled }, `${url}#${id}`);
      await page.waitForTimeout(200);
      const box = await page.locator(`[id="${id}"]`).boundingBox();
      must(box && box.y >= -box.height && box.y < 900, `${id} is not in view`);
      if (javaScriptEnabled) must((await page.evaluate(() => document.activeElement.id)) === id, `${id} has no focus`);
      await context.close();
    }
  });
}

await check("320 px: no sideways scrolling", async () => {
  const { context, page } = await open({ viewport: { width: 320, height: 640 } });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  await context.close();
  must(wide === 320, `${wide} px wide`);
});

await check("390 px: a word of 200 letters widens no text of page one", async () => {
  const { context, page } = await open({ viewport: { width: 390, height: 844 } });
  const wide = await page.evaluate(() => {
    document.querySelectorAll(":is(h1, .one > section > h2, .one :is(p, li, dt, dd), p.note)").forEach((one) => one.append(` ${"w".repeat(200)}`));
    return document.documentElement.scrollWidth;
  });
  await context.close();
  must(wide === 390, `${wide} px wide`);
});

// Page one is read at a glance: on a screen of usual width and on paper no table of it is wider than its place, and every bar is drawn.
for (const media of ["screen", "print"]) {
  await check(`page one, ${media}: nothing is cut off, nothing overlaps`, async () => {
    const { context, page } = await open({ viewport: { width: media === "screen" ? 1280 : 1031, height: 900 } });
    await page.emulateMedia({ media });
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll(".one .tw")]
        .filter((one) => one.checkVisibility() && one.firstElementChild.getBoundingClientRect().width > one.getBoundingClientRect().width + 1)
        .map((one) => one.getAttribute("aria-labelledby")));
    const undrawn = await page.evaluate(() => [...document.querySelectorAll("svg rect")].filter((one) => !one.checkVisibility()).length);
    await context.close();
    must(!wide.length, `wider than its place: ${wide.join(", ")}`);
    must(!undrawn, `${undrawn} bars are not drawn`);
  });
}

// What is drawn is true: no bar over another, no label over another, an empty track where nothing was found.
for (const one of [report, ...drawn]) {
  for (const width of [1280, 768, 390]) {
    await check(`charts of ${one.split("/").slice(-2)[0]} at ${width} px`, async () => {
      const { context, page } = await open({ viewport: { width, height: 900 } }, pathToFileURL(one).href);
      const wrong = await page.evaluate(() => {
        const found = [];
        const meet = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;
        const ink = getComputedStyle(document.body).color;
        for (const svg of document.querySelectorAll("svg")) {
          const id = svg.getAttribute("aria-labelledby");
          if (!svg.checkVisibility()) found.push(`${id} is not shown`);
          for (const tag of ["text", "rect"]) {
            const boxes = [...svg.querySelectorAll(tag)].map((part) => [part, part.getBoundingClientRect()]);
            boxes.forEach(([part, box], at) => {
              const other = boxes.slice(at + 1).find(([, other]) => meet(box, other));
              if (other) found.push(`${id}: ${part.textContent || part.className.baseVal} meets ${other[0].textContent || other[0].className.baseVal}`);
              if (tag === "rect" && getComputedStyle(part).fill === ink) found.push(`${id}: ${part.className.baseVal} is a bar in the colour of text`);
            });
          }
        }
        return found;
      });
      await context.close();
      must(!wrong.length, wrong.slice(0, 4).join(" | "));
    });
  }
}

for (const [width, height] of [[1280, 900], [768, 1024], [390, 844]]) {
  await check(`the first screen at ${width} px says whether to rely on it and who matters`, async () => {
    const { context, page } = await open({ viewport: { width, height } });
    const inView = (selector) => page.locator(selector).first().evaluate((one) => one.getBoundingClientRect().bottom <= innerHeight);
    must(await inView("#evidence p"), "the evidence is below it");
    must(await inView("#worst h2"), "the number of accounts that should not have access is below it");
    must(await inView("#worst li a"), "the first name is below it");
    await context.close();
  });
}

await check("paper is light, whatever the system says", async () => {
  const { context, page } = await open({ colorScheme: "dark" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  must((await ground()) !== "rgb(255, 255, 255)", "the screen is not dark");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  must((await ground()) === "rgb(255, 255, 255)", `the ground is ${await ground()}`);
  await context.close();
});

await check("print: page one is one page, every id whole, a header and a number on each page", async () => {
  const { context, page } = await open({ colorScheme: "dark" });
  const pdf = join(work, "report.pdf");
  await page.pdf({ path: pdf, preferCSSPageSize: true, tagged: true, outline: true });
  await context.close();
  if (spawnSync("pdftotext", ["-v"]).error) return "pdftotext is missing: not read";
  const pages = execFileSync("pdftotext", ["-layout", pdf, "-"], { encoding: "utf8", maxBuffer: 1e9 }).split("\f").slice(0, -1);
  const all = pages.join("\n");
  const gone = ids.filter((id) => !all.includes(id));
  must(!gone.length, `${gone.length} ids are broken or missing, first ${gone[0]}`);
  must(!/[\uFB00-\uFB06]/.test(all), "there are ligatures");
  pages.forEach((text, index) => must(text.includes(`Page ${index + 1} of ${pages.length}`), `page ${index + 1} has no number`));
  must(/Sign-off/.test(pages[0]) && /Approved/.test(pages[0]), "page one ends before the sign-off");
  const table = pages.filter((text) => /F-[0-9a-z]{10}/.test(text) && text.includes("Severity")).length;
  const rows = pages.filter((text) => /^\s*F-[0-9a-z]{10}\s+\S+ (Critical|High|Medium|Low|Info)/m.test(text)).length;
  must(table >= rows, `${rows} pages have rows but ${table} have their header`);
  const info = execFileSync("pdfinfo", [pdf], { encoding: "utf8" });
  must(/Tagged:\s+yes/.test(info) && /Title:\s+\S/.test(info), "no tags or title");
  return `${pages.length} pages`;
});

if (hostile) {
  await check("hostile values stay text", async () => {
    const target = pathToFileURL(hostile).href;
    const { context, page, heard } = await open({}, target);
    must(!(await page.title()).includes("pwned"), "a value ran");
    must((await page.locator("main").innerText()).includes("onerror="), "the value is not shown");
    must((await page.locator("main img, main script").count()) === 0, "a value became markup");
    const wide = await page.evaluate(() => (document.querySelector("main").innerHTML, document.querySelectorAll("[style]").length));
    await context.close();
    must(wide === 0 && !heard.length, heard[0] || "a style attribute");
  });
}

await check("nothing but text can be put into the page (Trusted Types)", async () => {
  const { context, page } = await open();
  const threw = await page.evaluate(() => {
    try {
      document.body.insertAdjacentHTML("beforeend", "<b>x</b>");
      return false;
    } catch {
      return true;
    }
  });
  await context.close();
  must(threw, "markup went in");
});

await browser.close();
rmSync(work, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
