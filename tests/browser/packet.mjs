// Decides in a packet's page as a reviewer does, by keyboard, and fails on the first thing one would trip over.
// Usage: node packet.mjs PAGE SAVED; the first row is rejected with a reason, all others are approved or kept, and what the page saves is SAVED.
// Rows may have been decided before the page was made: nobody has answered them here.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";

const [target, saved] = process.argv.slice(2).map((path) => resolve(path));
const url = pathToFileURL(target).href;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

function must(condition, message) {
  if (!condition) throw new Error(message);
}

const validator = new HtmlValidate({ extends: ["html-validate:recommended", "html-validate:a11y"], rules: { "long-title": "off" } });
const valid = await validator.validateFile(target);
const messages = valid.results.flatMap((one) => one.messages).map((one) => `${one.line}:${one.column} ${one.ruleId} ${one.message}`);
must(!messages.length, `html-validate: ${messages.slice(0, 5).join(" | ")}`);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
const heard = [];
async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.on("console", (message) => heard.push(message.text()));
  page.on("pageerror", (error) => heard.push(String(error)));
  page.on("request", (request) => !/^(file|data|blob):/.test(request.url()) && heard.push(`asked for ${request.url()}`));
  const began = performance.now();
  await page.goto(url);
  await page.waitForSelector("fieldset");
  return { context, page, took: Math.round(performance.now() - began) };
}
async function accessible(page, state) {
  await page.evaluate(axe);
  const found = await page.evaluate((tags) => axe.run({ runOnly: tags }), tags);
  must(!found.violations.length, `axe, ${state}: ${found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`).join(" | ")}`);
}

for (const [state, options] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["a phone", { viewport: { width: 320, height: 640 }, hasTouch: true }],
]) {
  const { context, page, took } = await open(options);
  await accessible(page, state);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  must(width <= page.viewportSize().width, `${state}: ${width} px wide`);
  console.log(`ok   ${state}: ${await page.locator("#rows > li").count()} rows, ${took} ms`);
  await context.close();
}

const { context, page } = await open();
const total = await page.locator("#rows > li").count();
const before = await page.locator("#rows > li[data-v]").count();
const counted = () => page.locator("output").textContent();
must((await counted()).startsWith(`${total - before} of ${total} `), await counted());

async function saves(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button").press("Enter")]);
  return { name: download.suggestedFilename(), ...JSON.parse(readFileSync(await download.path(), "utf8")) };
}
const untouched = await saves(page);
must(!Object.keys(untouched.decisions).length, `a page that nobody touched says ${JSON.stringify(untouched.decisions)}`);

// By keyboard alone: the name, then each group of choices and its comment, in the order of the page.
await page.locator("#by").fill("");
await page.keyboard.type("ana@acme.com");
const groups = page.locator("#rows fieldset");
const refusable = await groups.evaluateAll((all) => all.findIndex((group) => group.querySelector('input[value="reject"]')));
must(refusable >= 0, "no row can be rejected");
for (let at = 0; at < total; at += 1) {
  await groups.nth(at).getByRole("radio").first().focus();
  await page.keyboard.press("ArrowRight");
  if (at === refusable) await page.keyboard.press("ArrowRight");
}
must((await counted()) === "Everything is decided.", await counted());
// A rejection without a reason is not saved; the field that lacks it has the focus.
await page.getByRole("button").focus();
await page.keyboard.press("Enter");
must((await page.getByRole("alert").textContent()).includes("Say why"), "a rejection without a reason was saved");
must(await groups.nth(refusable).locator("input:not([type])").evaluate((field) => field === document.activeElement), "the focus is elsewhere");
await page.keyboard.type("on leave");
await accessible(page, "decided");
console.log("ok   decided by keyboard");

// What is not saved is kept in the tab, and leaving it is warned of.
await page.reload().catch(() => {});
await page.waitForSelector("fieldset");
must((await counted()) === "Everything is decided.", `after a reload: ${await counted()}`);
must((await page.locator("#by").inputValue()) === "ana@acme.com", "the name was lost");
await page.locator("#by").click();
const asked = page.waitForEvent("dialog", { timeout: 5000 });
page.close({ runBeforeUnload: true });
const dialog = await asked;
must(dialog.type() === "beforeunload", dialog.type());
await dialog.dismiss();
console.log("ok   kept and warned of");

const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button").press("Enter")]);
must(/^decisions-[\w@.-]+\.json$/.test(download.suggestedFilename()), download.suggestedFilename());
await download.saveAs(saved);
must((await page.getByRole("alert").textContent()).includes(download.suggestedFilename()), "it does not say what was saved");
// What stands in a file that was saved and is undecided again is taken back, after a reload too.
await page.reload().catch(() => {});
await page.waitForSelector("fieldset");
await groups.nth(total - 1).getByRole("radio").first().check();
const last = await page.locator("#rows > li").nth(total - 1).getAttribute("data-id");
const again = await saves(page);
must(again.decisions[last].verdict === "open" && Object.keys(again.decisions).length === total, "a decision was not taken back");
await page.pdf({ preferCSSPageSize: true });
must(!heard.length, heard.join(" | "));
console.log("ok   saved");
await context.close();

// The page in two tabs of one browser: each keeps what was decided in it, and neither takes anything away from the other.
const tabs = await open();
const other = await tabs.context.newPage();
await other.goto(url);
await other.waitForSelector("fieldset");
async function decide(tab, at) {
  await tab.locator("#rows fieldset").nth(at).getByRole("radio").first().focus();
  await tab.keyboard.press("ArrowRight");
}
await decide(tabs.page, 0);
await decide(other, total - 1);
for (const [tab, mine, theirs] of [[tabs.page, 0, total - 1], [other, total - 1, 0]]) {
  await tab.reload().catch(() => {});
  await tab.waitForSelector("fieldset");
  const open = (at) => tab.locator("#rows fieldset").nth(at).getByRole("radio").first().isChecked();
  must(!(await open(mine)), "a tab lost its decision");
  must(total === 1 || (await open(theirs)), "a tab shows a decision of the other");
}
must(!heard.length, heard.join(" | "));
console.log("ok   two tabs");
await tabs.context.close();
await browser.close();
