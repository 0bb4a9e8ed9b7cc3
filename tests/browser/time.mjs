// Prints when pages answer in Chromium: loaded, and the script done. Usage: node time.mjs REPORT...
import { pathToFileURL } from "node:url";
import { statSync } from "node:fs";
import { chromium } from "playwright-core";

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
console.log("bytes\tnodes\tscript on\tslowed 4x\tscript off\tfilter\tsort\tpage");
for (const path of process.argv.slice(2)) {
  const url = pathToFileURL(path).href;
  const times = [];
  let nodes = 0;
  let filter = 0;
  let sort = 0;
  for (const [javaScriptEnabled, rate] of [[true, 1], [true, 4], [false, 1]]) {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    if (rate > 1) await session.send("Emulation.setCPUThrottlingRate", { rate });
    const began = performance.now();
    await page.goto(url);
    if (javaScriptEnabled) await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    times.push(Math.round(performance.now() - began));
    if (javaScriptEnabled && rate === 1) {
      nodes = await page.evaluate(() => document.querySelectorAll("*").length);
      [filter, sort] = await page.evaluate(async () => {
        const section = [...document.querySelectorAll("section.kind")].filter((one) => one.querySelector(".bar")).pop();
        const box = section.querySelector("input[type=checkbox]");
        const time = (act) => {
          const from = performance.now();
          act();
          document.body.offsetHeight;
          return Math.round(performance.now() - from);
        };
        return [time(() => box.click()), time(() => section.querySelectorAll("thead button")[2].click())];
      });
    }
    await context.close();
  }
  console.log([statSync(path).size, nodes, ...times.map((time) => `${time} ms`), `${filter} ms`, `${sort} ms`, path].join("\t"));
}
await browser.close();
