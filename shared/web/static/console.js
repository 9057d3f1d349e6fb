/* What a console does where script runs. Every page works without it: forms are posted, lists are links, long work has a link to look again. */
"use strict";
(() => {
  const main = () => document.getElementById("main");
  const said = (text, number) => text.replace("#", String(number));

  /* What is wrong is read out first, and its links lead to the fields. */
  function focusFaults(within) {
    const summary = within.querySelector(".summary[tabindex]");
    if (summary) summary.focus();
    return Boolean(summary);
  }

  /* The main part of another page takes the place of this one's. */
  function show(text, address) {
    const page = new DOMParser().parseFromString(text, "text/html"), next = page.getElementById("main");
    if (!next) return location.assign(address);
    document.title = page.title;
    main().replaceWith(next);
    attend(next);
    if (!focusFaults(next)) next.focus();
  }

  function count(area) {
    const line = document.getElementById(area.dataset.counts);
    if (line) line.textContent = said(line.dataset.left, area.maxLength - area.value.length);
  }

  /* Long work tells how far it is; when it has ended the page is asked for again. */
  function follow(box) {
    const stream = new EventSource(box.dataset.events);
    stream.onmessage = async (event) => {
      if (!box.isConnected) return stream.close();
      const job = JSON.parse(event.data), bar = box.querySelector("progress");
      if (job.total) {
        bar.max = job.total;
        bar.value = job.position;
        box.querySelector(".done-of").textContent = `${job.position.toLocaleString()} / ${job.total.toLocaleString()}`;
      }
      if (job.status !== "waiting" && job.status !== "running") {
        stream.close();
        const answer = await fetch(location.href);
        show(await answer.text(), location.href);
      }
    };
    addEventListener("pagehide", () => stream.close(), { once: true });
  }

  /* A form with a file is sent so that its progress can be shown. */
  function send(form, event) {
    const box = form.querySelector("[data-sending]"), chosen = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
    if (!box || !chosen) return;
    event.preventDefault();
    const line = box.querySelector("[data-sent]"), bar = box.querySelector("progress"), request = new XMLHttpRequest();
    const buttons = form.querySelectorAll("button");
    box.hidden = false;
    buttons.forEach((button) => { button.disabled = true; });
    request.upload.onprogress = (part) => {
      if (!part.lengthComputable) return;
      bar.value = Math.floor(part.loaded / part.total * 100);
      line.textContent = said(line.dataset.sent, bar.value);
    };
    request.upload.onload = () => { bar.removeAttribute("value"); line.textContent = line.dataset.kept; };
    request.onerror = () => { line.textContent = line.dataset.failed; buttons.forEach((button) => { button.disabled = false; }); };
    request.onload = () => {
      if (request.status < 300 && request.responseURL !== new URL(form.action, location.href).href) location.assign(request.responseURL);
      else show(request.responseText, request.responseURL);
    };
    request.open("POST", form.action);
    request.send(new FormData(form, event.submitter));
  }

  function attend(within) {
    within.querySelectorAll("textarea[data-counts]").forEach((area) => { if (area.value) count(area); });
    within.querySelectorAll("[data-events]").forEach(follow);
    if (window.htmx) htmx.process(within);
  }

  document.addEventListener("input", (event) => { if (event.target.matches("textarea[data-counts]")) count(event.target); });
  document.addEventListener("submit", (event) => { if (event.target.matches("form[enctype='multipart/form-data']")) send(event.target, event); });

  /* What led to another page is shown as that page, with its own address and navigation. */
  document.addEventListener("htmx:after:request", (event) => {
    const { response, target, request } = event.detail.ctx;
    if (target && target.id === "main" && response.raw.redirected) {
      event.preventDefault();
      location.assign(response.raw.url);
    } else if (request.method === "GET" && response.raw.redirected) {
      event.preventDefault();
      location.assign(location.href);
    }
  });
  /* A form that came back keeps the address that it was opened at; an address that is shown already is not gone to again. */
  document.addEventListener("htmx:before:history:update", (event) => {
    const { response, history } = event.detail;
    if ((response && response.status >= 400) || history.path === location.pathname + location.search) event.preventDefault();
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const id = event.detail.ctx.target && event.detail.ctx.target.id, place = id && document.getElementById(id);
    if (!place) return;
    place.querySelectorAll("textarea[data-counts]").forEach((area) => { if (area.value) count(area); });
    place.querySelectorAll("[data-events]").forEach(follow);
    if (focusFaults(place) || document.activeElement !== document.body) return;
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  });

  /* Two minutes before the sign-in ends its owner is asked; all open pages of a browser know when another one was used. */
  function watchSession(box) {
    const WARNING = 120, line = box.querySelector("[role=status]"), form = box.querySelector("form");
    let silent = false;
    const ends = () => Number(localStorage.getItem("qiao_session_ends"));
    const lasts = (seconds) => localStorage.setItem("qiao_session_ends", String(Date.now() + seconds * 1000));
    const look = () => {
      const left = Math.round((ends() - Date.now()) / 1000);
      if (left > WARNING) { silent = false; if (box.open) box.close(); return; }
      line.textContent = left > 0 ? said(line.dataset.soon, left) : line.dataset.over;
      if (!box.open && !silent) box.showModal();
    };
    box.addEventListener("close", () => { silent = ends() - Date.now() < WARNING * 1000; });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const answer = await fetch(form.action, { method: "POST", redirect: "manual" });
      if (answer.ok) lasts((await answer.json()).seconds);
      box.close();
    });
    lasts(Number(box.dataset.seconds));
    look();
    setInterval(look, 1000);
  }

  attend(document);
  focusFaults(document);
  const session = document.getElementById("session");
  if (session) watchSession(session);
})();
