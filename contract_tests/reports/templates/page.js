"use strict";
// Only what cannot be had without: everything can be read, and shown by outcome, where no script runs.
const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.body.appendChild(document.createElement("textarea")); // where the page came over bare http
  area.value = text;
  area.select();
  document.execCommand("copy");
  area.remove();
}

for (const each of all(".copied")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await copy(each.querySelector("pre").textContent);
    button.textContent = "Copied";
    button.className = "done";
    setTimeout(() => { button.textContent = "Copy"; button.className = ""; }, 1500);
  });
  each.append(button);
}

const field = document.getElementById("find");
const items = all(".finding, .gaps > li, .rules > li").map((item) => [item, item.textContent.toLowerCase()]);
field.hidden = false;
field.addEventListener("input", () => {
  const wanted = words(field.value);
  let found = 0;
  for (const [item, text] of items) {
    item.hidden = !wanted.every((word) => text.includes(word));
    found += !item.hidden;
  }
  for (const group of all(".group")) {
    group.hidden = !group.querySelector(".rules > li:not([hidden])");
    group.open = wanted.length > 0;
  }
  for (const section of all("#broken, #differences, #gaps")) {
    section.hidden = wanted.length > 0 && !section.querySelector(".finding:not([hidden]), .gaps > li:not([hidden])");
  }
  for (const section of all("#comparison, #lifecycles, #operations, #evidence")) section.hidden = wanted.length > 0;
  document.getElementById("found").textContent = wanted.length ? `${found} found` : "";
});
addEventListener("keydown", (event) => {
  if (event.key === "/" && event.target !== field) { event.preventDefault(); field.focus(); }
});
