// The diagnosis, for whoever places the script: opened by ?cadran=debug, loaded then only.
(function (w, d) {
  "use strict";
  const WORDS = {
    fr: {
      title: "Cadran : diagnostic",
      preview: "Cadran : aperçu (numéros fictifs, aucune visite comptée)",
      site: "Site",
      consent: "Consentement",
      yes: "oui",
      no: "non",
      unsaid: "personne n'a rien dit",
      kept: "gardé d'une page précédente",
      said: ["appel du site", "Axeptio", "Didomi", "Tarteaucitron", "TCF 2.2", "Google Consent Mode"],
      visit: "Visite",
      none: "aucune",
      numbers: "Numéros du site",
      onPage: "sur la page",
      notThere: "absent de la page",
      printed: "inchangé",
      until: "réservé jusqu'à",
      others: "Autres numéros vus",
      answers: "Dernières réponses",
      mishaps: "Erreurs",
      waiting: "La page est encore reprise par son framework : on attend.",
      close: "Fermer",
    },
    en: {
      title: "Cadran: diagnosis",
      preview: "Cadran: preview (fictitious numbers, no visit is counted)",
      site: "Site",
      consent: "Consent",
      yes: "yes",
      no: "no",
      unsaid: "nobody has said anything",
      kept: "kept of an earlier page",
      said: ["the site's own call", "Axeptio", "Didomi", "Tarteaucitron", "TCF 2.2", "Google Consent Mode"],
      visit: "Visit",
      none: "none",
      numbers: "Numbers of the site",
      onPage: "on the page",
      notThere: "not on the page",
      printed: "as printed",
      until: "held until",
      others: "Other numbers seen",
      answers: "Last answers",
      mishaps: "Errors",
      waiting: "The page is still being taken over by its framework: we wait.",
      close: "Close",
    },
  };
  const words = /^fr/i.test(d.documentElement.lang || w.navigator.language || "fr") ? WORDS.fr : WORDS.en;
  const STYLE = {
    position: "fixed",
    right: "1rem",
    bottom: "1rem",
    zIndex: 2147483647,
    maxWidth: "28rem",
    maxHeight: "70vh",
    overflow: "auto",
    padding: "1rem",
    background: "#102030",
    color: "#fff",
    font: "14px/1.5 system-ui, sans-serif",
    borderRadius: "8px",
  };

  const made = (name, text) => {
    const element = d.createElement(name);
    if (text != null) element.textContent = text;
    return element;
  };

  const consent = (state) => {
    const told = state.said
      .map((yes, rank) => (yes == null ? "" : `${words.said[rank]} : ${yes ? words.yes : words.no}`))
      .filter(Boolean);
    const why = told.join(", ") || (state.agreed ? words.kept : words.unsaid);
    return `${state.agreed ? words.yes : words.no} (${why})`;
  };

  const number = (each) => {
    const what = each.show && each.show != each.number ? `→ ${each.show}` : `(${words.printed})`;
    const until = each.show && each.until ? `, ${words.until} ${new Date(each.until).toLocaleTimeString()}` : "";
    return `${each.number} ${what}, ${each.seen ? words.onPage : words.notThere}${until}`;
  };

  const list = (title, items) => {
    const part = made("section");
    part.append(made("strong", title));
    const lines = made("ul");
    items.forEach((each) => lines.append(made("li", each)));
    part.append(lines);
    return part;
  };

  const answer = (each) => `/t/${each[0]} : ${JSON.stringify(each[1]).slice(0, 300)}`;

  const draw = (panel) => {
    const state = w.cadran.state();
    const numbers = state.known.filter((each) => !each.of);
    const ours = numbers.map((each) => each.number.slice(-9));
    const others = Array.from(state.candidates).filter(
      (each) => !ours.includes(each.replace(/\D/g, "").slice(-9))
    );
    const visit = state.kept.visit ? state.kept.visit.split(".")[0] : words.none;
    panel.replaceChildren(
      made("strong", state.preview ? words.preview : words.title),
      made("p", `${words.site} : ${state.site}`),
      made("p", `${words.consent} : ${consent(state)}`),
      made("p", `${words.visit} : ${visit}`),
      list(words.numbers, numbers.map(number)),
      list(words.others, others),
      list(words.answers, state.answers.slice(-4).map(answer)),
      list(words.mishaps, state.mishaps)
    );
    if (state.waiting) panel.append(made("p", words.waiting));
    const button = made("button", words.close);
    button.addEventListener("click", () => host.remove());
    panel.append(button);
  };

  // In a root of its own, so that neither's styles reach the other, and closed to the script.
  const host = made("div");
  host.id = "cadran-debug";
  host.setAttribute("data-cadran", "off");
  const panel = made("div");
  panel.setAttribute("role", "region");
  panel.setAttribute("aria-label", words.title);
  Object.assign(panel.style, STYLE);
  host.attachShadow({ mode: "open" }).append(panel);
  d.body.append(host);
  draw(panel);
  const timer = setInterval(() => (host.isConnected ? draw(panel) : clearInterval(timer)), 1000);
})(window, document);
