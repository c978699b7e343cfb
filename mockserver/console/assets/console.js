"use strict";

// Keys, palette, copying, the running clock, live updates. Everything else works without it.
(() => {
  const root = document.body.dataset.root || "";
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const visible = (element) => element.getClientRects().length > 0;

  // What only a script can do is shown by it.
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const prepare = (from) => {
    all("[data-copy]", from).forEach((button) => { button.hidden = false; });
    all("[data-mine]", from).forEach((link) => {
      link.href = link.href.replace(/zone=[^&]*/, `zone=${encodeURIComponent(mine)}`);
      link.hidden = mine === "UTC";
    });
    all("form[data-auto]", from).forEach((form) => {
      $("button", form).hidden = true;
      form.addEventListener("change", () => form.submit());
    });
  };
  prepare(document);

  // A day that is wider than the window begins where something stands: a little before now, or before its first booking.
  const openDay = (day) => {
    const names = $(".name", day).offsetWidth;
    const first = $(".track .now", day) || all(".track .event", day).sort((a, b) => a.offsetLeft - b.offsetLeft)[0];
    const [hour] = all(".hours > span", day);
    if (!first || !hour) return;
    const before = first.getBoundingClientRect().left - day.getBoundingClientRect().left - names;
    day.scrollLeft = Math.floor(before / hour.offsetWidth - 2) * hour.offsetWidth;
  };
  all(".day").forEach(openDay);
  document.body.addEventListener("htmx:load", (event) => prepare(event.target));

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (button) {
      const far = button.matches("[data-copy-from]");
      if (far) event.preventDefault(); // without a script it is downloaded
      const text = far ? fetch(button.href).then((answer) => answer.text()) : button.dataset.copy;
      await navigator.clipboard.writeText(await text);
      const label = $("span", button);
      const before = label.textContent;
      label.textContent = "Copied";
      setTimeout(() => { label.textContent = before; }, 1200);
    }
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  // A running clock goes on by itself, as far from the reader's as it was when the page was made.
  const ahead = new WeakMap();
  setInterval(() => all("time[data-runs]").forEach((time) => {
    if (!ahead.has(time)) ahead.set(time, Date.parse(time.dateTime) - Date.now());
    const shown = new Date(Date.now() + ahead.get(time)).toISOString();
    $(".hms", time).textContent = shown.slice(11, 19);
  }), 1000);

  // Times as the reader's own clock has them, for whoever points at one.
  document.addEventListener("pointerover", (event) => {
    const time = event.target.closest("time[datetime]");
    if (time && !time.title) time.title = `${new Date(time.dateTime).toLocaleString()} where you are`;
  });

  // A part of the page is asked for again when what it shows has changed. One that is as it was is left alone; one in which
  // somebody is about to press or to fill in something waits until they have. A list that new rows join at the top stays as it
  // is for whoever reads further down, and says how many are new.
  const parts = new Map();
  const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });
  const busy = (part) => part && (part.matches(":active") || $(":active, details[open], input:focus, select:focus", part));
  const joined = (part, text) => {
    const paths = (from) => all("[data-row]", from).map((row) => row.getAttribute("href"));
    const [first] = paths(part);
    const now = paths(new DOMParser().parseFromString(text, "text/html"));
    const count = now.indexOf(first);
    return count < 0 && first ? now.length : Math.max(count, 0);
  };
  const readsOn = (part, text) => {
    const sign = part && $("[data-joined]", part);
    const count = sign && part.getBoundingClientRect().top < 0 ? joined(part, text) : 0;
    if (sign) {
      sign.hidden = !count;
      if (count) sign.textContent = `${count} new`;
    }
    return count > 0;
  };
  document.addEventListener("click", (event) => {
    const sign = event.target.closest("[data-joined]");
    if (sign) sign.closest("[data-part]").scrollIntoView();
  });
  const swap = (part, text) => {
    const { activeElement } = document;
    const focused = part.contains(activeElement) && activeElement.getAttribute("href");
    const { id } = part;
    const across = all(".day", part).map((day) => day.scrollLeft);
    part.outerHTML = text;
    const fresh = document.getElementById(id);
    all(".day", fresh).forEach((day, number) => { day.scrollLeft = across[number]; });
    htmx.process(fresh);
    prepare(fresh);
    const same = focused && all("a", fresh).find((link) => link.getAttribute("href") === focused);
    if (same) same.focus({ preventScroll: true });
  };
  const refresh = async (id) => {
    const mine = parts.get(id) || {};
    parts.set(id, mine);
    mine.again = true;
    if (mine.runs) return;
    mine.runs = true;
    try {
      while (mine.again && document.getElementById(id)) {
        mine.again = false;
        const answer = await fetch(document.getElementById(id).dataset.part);
        const text = await answer.text();
        const part = () => document.getElementById(id);
        while (busy(part()) || (!mine.again && answer.ok && readsOn(part(), text))) await pause(300);
        if (answer.ok && part() && text !== mine.text && !readsOn(part(), text)) {
          mine.text = text;
          swap(part(), text);
        }
      }
    } finally {
      mine.runs = false;
    }
  };
  const happened = (kind) => all("[data-part]").filter((part) => part.dataset.on.split(" ").includes(kind)).forEach((part) => refresh(part.id));
  document.body.addEventListener("changed", () => happened("changed"));

  // Live: the server says that something happened, and the parts that show it are asked for again.
  if (document.body.dataset.events) {
    const kinds = ["clock", "exchange", "due", "delivery", "booking", "reset"];
    const later = new Map();
    let address = document.body.dataset.events;
    let source = null;
    const tell = (kind) => {
      if (later.has(kind)) return;
      const say = () => (kind === "reset" ? location.reload() : happened(kind));
      later.set(kind, setTimeout(() => { later.delete(kind); say(); }, 150));
    };
    const mood = (name) => {
      document.body.classList.toggle("is-live", name === "live");
      document.body.classList.toggle("is-lost", name === "lost");
      all("[data-live]").forEach((sign) => { sign.textContent = name === "live" ? "live" : "connection lost, trying again"; });
    };
    const watch = () => {
      source = new EventSource(address);
      source.onopen = () => mood("live");
      source.onerror = () => mood("lost");
      kinds.forEach((kind) => source.addEventListener(kind, (event) => {
        address = address.replace(/after=.*/, `after=${event.lastEventId}`);
        tell(kind);
      }));
    };
    // A browser keeps six connections to a server, and one may have many tabs open: only the one that is seen is live.
    const follow = () => {
      if (document.hidden && source) { source.close(); source = null; }
      if (!document.hidden && !source) watch();
    };
    document.addEventListener("visibilitychange", follow);
    addEventListener("pagehide", () => { if (source) source.close(); });
    addEventListener("pageshow", (event) => { if (event.persisted) { source = null; follow(); } });
    follow();
  }

  // The palette: what stands on the page as a link or a button with a key, and what the server finds.
  const opener = $("[data-palette]");
  let palette = null;
  const open = async (query = "") => {
    if (!opener) return;
    if (!palette) {
      palette = document.createElement("dialog");
      palette.id = "palette";
      palette.setAttribute("aria-label", "Search or do");
      palette.innerHTML = '<form method="dialog" class="search"><input type="search" aria-label="Search or do" autocomplete="off" spellcheck="false"><kbd>Esc</kbd></form><div class="found" role="group" aria-label="Found"></div>';
      document.body.append(palette);
      const input = $("input", palette);
      let asked = 0;
      const ask = async () => {
        const number = ++asked;
        const answer = await fetch(`${opener.href}?part=found&q=${encodeURIComponent(input.value)}`);
        if (number !== asked || !answer.ok) return;
        const found = $(".found", palette);
        found.innerHTML = await answer.text();
        htmx.process(found);
        const first = $("a, button", found);
        if (first) first.classList.add("chosen");
      };
      input.addEventListener("input", ask);
      palette.addEventListener("keydown", (event) => {
        const rows = all(".found a, .found button", palette);
        const at = rows.findIndex((row) => row.classList.contains("chosen"));
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step && rows.length) {
          event.preventDefault();
          rows.forEach((row) => row.classList.remove("chosen"));
          const next = rows[(at + step + rows.length) % rows.length];
          next.classList.add("chosen");
          next.scrollIntoView({ block: "nearest" });
        } else if (event.key === "Enter" && rows[at]) {
          event.preventDefault();
          rows[at].click();
          if (rows[at].matches("button")) palette.close();
        }
      });
      palette.ask = ask;
    }
    $("input", palette).value = query;
    palette.showModal();
    await palette.ask();
  };
  if (opener) opener.addEventListener("click", (event) => { event.preventDefault(); open(); });

  // Keys. A letter behind `g` goes somewhere, j and k walk through rows.
  let goes = false;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
      return;
    }
    if (event.key === "Escape") all("details.menu[open]").forEach((menu) => { menu.open = false; $("summary", menu).focus(); });
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog[open]")) return;
    const key = event.key === " " ? "space" : event.key.toLowerCase();
    if (goes) {
      goes = false;
      const link = $(`[data-key="g ${key}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (key === "g") { goes = true; setTimeout(() => { goes = false; }, 1500); return; }
    if (key === "j" || key === "k") {
      const rows = all("[data-row]").filter(visible);
      if (!rows.length) return;
      const at = rows.indexOf(document.activeElement.closest("[data-row]"));
      const current = at < 0 ? rows.findIndex((row) => row.hasAttribute("aria-current")) : at;
      const next = key === "j" ? Math.min(current + 1, rows.length - 1) : Math.max(current - 1, 0);
      rows[next].focus();
      return;
    }
    if (key === "/") { const field = $("[data-filter]"); event.preventDefault(); if (field) field.focus(); else open(); return; }
    if (key === "?") { open("?"); return; }
    if (key === "space" && event.target.closest("a, button, summary")) return;
    const button = all(`[data-key="${key}"]`).find((each) => each.matches("button"));
    if (button) { event.preventDefault(); button.click(); }
  });
})();
