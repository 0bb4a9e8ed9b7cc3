// Opens pages as people do: valid, readable by a screen reader in light, dark and on a phone, printable, and asking nobody for anything.
// Usage: node page.mjs PAGE...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const validator = new HtmlValidate({ extends: ["html-validate:recommended", "html-validate:a11y"], rules: { "long-title": "off" } });

function must(condition, message) {
  if (!condition) throw new Error(message);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
for (const path of process.argv.slice(2).map((path) => resolve(path))) {
  const valid = await validator.validateFile(path);
  const messages = valid.results.flatMap((one) => one.messages).map((one) => `${one.line}:${one.column} ${one.ruleId} ${one.message}`);
  must(!messages.length, `${path}: html-validate: ${messages.slice(0, 5).join(" | ")}`);
  for (const [state, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["a phone", { viewport: { width: 320, height: 640 } }],
  ]) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const heard = [];
    page.on("console", (message) => heard.push(message.text()));
    page.on("pageerror", (error) => heard.push(String(error)));
    page.on("request", (request) => !/^(file|data|blob):/.test(request.url()) && heard.push(`asked for ${request.url()}`));
    await page.goto(pathToFileURL(path).href);
    await page.evaluate(axe);
    const found = await page.evaluate((tags) => axe.run({ runOnly: tags }), tags);
    must(!found.violations.length, `${path}, ${state}: ${found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`).join(" | ")}`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    must(width <= page.viewportSize().width, `${path}, ${state}: ${width} px wide`);
    await page.pdf({ preferCSSPageSize: true });
    must(!heard.length, `${path}, ${state}: ${heard.join(" | ")}`);
    await context.close();
  }
  // Another role is saved only once it was chosen: no list chooses for anybody.
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(pathToFileURL(path).href);
  const instead = page.locator('input[value="role"]').first();
  if (await instead.count()) {
    await page.locator("#by").fill("ana@acme.com");
    await instead.check();
    const list = page.locator("select").first();
    must((await list.inputValue()) === "", `a role is chosen already: ${await list.inputValue()}`);
    await page.locator(".bar button").click();
    must((await page.getByRole("alert").textContent()).includes("Choose the role"), "a role that nobody chose was saved");
    must(await list.evaluate((field) => field === document.activeElement), "the focus is elsewhere");
    await list.selectOption("Editor");
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".bar button").click()]);
    must(readFileSync(await download.path(), "utf8").includes('"role:Editor"'), "the role is not saved");
  }
  await context.close();
  console.log(`ok   ${path}`);
}
await browser.close();
