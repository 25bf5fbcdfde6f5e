/* Cadran: ask to be rung back. <button type="button" data-cadran-callback="cbf_…" data-site="site_…">
   The page's own button opens a dialog: nothing on the page moves, and no policy has to give way. */
(() => {
  "use strict";
  const script = document.currentScript;
  const base = script ? script.src.replace(/\/t\/callback\.js.*$/, "") : "";
  const WORDS = {
    fr: {
      title: "Être rappelé", number: "Votre numéro de téléphone", when: "Quand vous rappeler ?",
      now: "Maintenant", label: "Votre demande (facultatif)", send: "Rappelez-moi",
      close: "Fermer", code: "Le code reçu par SMS", confirm: "Confirmer",
      wait: "Un instant…", taken: "C’est noté : nous vous rappelons {when}.", soon: "dès que possible",
      sent: "Un code vient de vous être envoyé par SMS.",
      none: "Aucun créneau n’est libre pour le moment.", failed: "Cela n’a pas marché. Réessayez dans un instant.",
      number_bad: "Ce numéro ne peut pas être rappelé.", slot_bad: "Ce créneau n’est plus libre : choisissez-en un autre.",
      code_bad: "Ce n’est pas le bon code, ou il n’est plus valable.",
      already: "Un rappel est déjà prévu à ce numéro.", many: "Trop de demandes aujourd’hui : réessayez demain.",
    },
    en: {
      title: "Get a call back", number: "Your telephone number", when: "When may we ring you?",
      now: "Now", label: "What is it about? (optional)", send: "Ring me back",
      close: "Close", code: "The code you were sent", confirm: "Confirm",
      wait: "One moment…", taken: "Noted: we will ring you {when}.", soon: "as soon as possible",
      sent: "A code was sent to you by text.",
      none: "No time is free at the moment.", failed: "That did not work. Please try again in a moment.",
      number_bad: "This number cannot be rung back.", slot_bad: "This time is taken: please choose another one.",
      code_bad: "This is not the code, or it is over.",
      already: "This number will be rung back already.", many: "Too many requests today: try again tomorrow.",
    },
  };
  const CODES = { "already-asked": "already", "too-many": "many", "wrong-code": "code_bad", "slot-full": "slot_bad" };
  let ids = 0;

  const make = (name, facts, ...inside) => {
    const made = document.createElement(name);
    const { style, ...rest } = facts || {};
    for (const [key, value] of Object.entries(rest)) {
      if (key in made) made[key] = value;
      else made.setAttribute(key, value);
    }
    Object.assign(made.style, style || {});
    made.append(...inside);
    return made;
  };

  const post = async (path, body) => {
    const answer = await fetch(base + path, {
      method: "POST", body: JSON.stringify(body), credentials: "omit",
      headers: { "Content-Type": "text/plain" },
    });
    return [answer.ok, await answer.json()];
  };

  const field = (words, control) => {
    control.id = "cadran-callback-" + (ids += 1);
    Object.assign(control.style, { display: "block", width: "100%", boxSizing: "border-box", font: "inherit", padding: ".5em" });
    return make("p", { style: { margin: "0 0 1em" } }, make("label", { htmlFor: control.id }, words), control);
  };

  class Dialog {
    constructor(button) {
      const facts = button.dataset;
      const lang = (facts.lang || document.documentElement.lang || "fr").slice(0, 2);
      this.lang = WORDS[lang] ? lang : "fr";
      this.words = WORDS[this.lang];
      this.known = { site: facts.site, form: facts.cadranCallback };
      this.build();
      document.body.append(this.box);
    }

    build() {
      const words = this.words;
      const heading = make("h2", { id: "cadran-callback-" + (ids += 1), textContent: words.title });
      this.text = make("p", { style: { fontSize: ".85em" } });
      this.number = make("input", { type: "tel", name: "tel", autocomplete: "tel", required: true });
      this.when = make("select", { name: "when", required: true });
      this.label = make("input", { type: "text", name: "about", maxLength: 100, autocomplete: "off" });
      this.trap = make("input", { type: "text", name: "website", tabIndex: -1, autocomplete: "off" });
      this.code = make("input", { type: "text", inputMode: "numeric", autocomplete: "one-time-code", maxLength: 10 });
      this.said = make("p", { id: "cadran-callback-" + (ids += 1), role: "status", style: { minHeight: "1.5em" } });
      this.send = make("button", { type: "submit", textContent: words.send });
      const close = make("button", { type: "button", textContent: words.close, onclick: () => this.box.close() });
      this.coded = field(words.code, this.code);
      this.coded.hidden = true;
      this.fields = make("div", {}, field(words.number, this.number), field(words.when, this.when), field(words.label, this.label));
      const hidden = make("div", { "aria-hidden": "true", style: { position: "absolute", left: "-9999px" } }, this.trap);
      const form = make("form", { noValidate: true }, this.fields, this.coded, hidden, this.text, this.said, this.send, " ", close);
      form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
      this.box = make("dialog", { "aria-labelledby": heading.id, lang: this.lang, style: { maxWidth: "26em", width: "90%" } }, heading, form);
    }

    async open() {
      this.asking = null;
      this.fields.hidden = false;
      this.coded.hidden = true;
      this.send.hidden = false;
      this.send.textContent = this.words.send;
      this.say("");
      this.box.showModal();
      this.number.focus();
      await this.guarded(() => this.load());
    }

    async load() {
      const [ok, shown] = await post("/t/callbacks/slots", { ...this.known, language: this.lang });
      if (!ok) throw new Error("refused");
      this.text.textContent = shown.text || "";
      const offered = (shown.slots || []).map((slot) => make("option", { value: slot.id, textContent: slot.said }));
      if (shown.now) offered.unshift(make("option", { value: "now", textContent: this.words.now }));
      this.when.replaceChildren(...offered);
      this.send.disabled = !offered.length;
      this.say(offered.length ? "" : "none");
    }

    async submit() {
      if (this.send.disabled) return;
      if (!this.asking && !this.number.value.trim()) return this.blame(this.number, "number_bad");
      await this.guarded(async () => {
        this.say("wait");
        const [ok, done] = this.asking
          ? await post("/t/callbacks/codes", { ...this.known, asking: this.asking, code: this.code.value })
          : await post("/t/callbacks", {
            ...this.known, number: this.number.value, slot: this.when.value, label: this.label.value,
            language: this.lang, page: location.href.slice(0, 300).split(/[?#]/)[0], website: this.trap.value,
          });
        if (ok && done.status !== "failed") this.done(done);
        else this.refused(done);
      });
    }

    done(done) {
      if (done.status === "code_sent") {
        this.asking = done.asking;
        this.fields.hidden = true;
        this.coded.hidden = false;
        this.send.textContent = this.words.confirm;
        this.say("sent");
        this.code.focus();
        return;
      }
      this.fields.hidden = this.coded.hidden = this.send.hidden = true;
      this.said.textContent = this.words.taken.replace("{when}", done.said || this.words.soon);
      this.box.querySelector("button[type=button]").focus();
    }

    refused(done) {
      const at = ((done.errors || [])[0] || {}).pointer || "";
      const control = { "/number": this.number, "/slot": this.when, "/code": this.code }[at];
      const word = CODES[done.code] || { "/number": "number_bad", "/slot": "slot_bad" }[at] || "failed";
      if (control) this.blame(control, word);
      else this.say(word);
      if (at === "/slot") this.load().catch(() => {}).then(() => this.say(word));
    }

    blame(control, word) {
      this.say(word);
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-describedby", this.said.id);
      control.focus();
    }

    say(word) {
      for (const each of [this.number, this.when, this.code]) each.removeAttribute("aria-invalid");
      this.said.textContent = word ? this.words[word] : "";
    }

    async guarded(work) {
      this.send.disabled = true;
      try {
        await work();
      } catch {
        this.say("failed");
      } finally {
        this.send.disabled = !this.asking && !this.when.length;
      }
    }
  }

  const dialogs = new WeakMap();
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-cadran-callback]");
    if (!button) return;
    if (!dialogs.has(button)) dialogs.set(button, new Dialog(button));
    dialogs.get(button).open();
  });
})();
