// The shop's own script: its basket, and a banner that asks before anybody is followed.
window.cadran = window.cadran || function () { (cadran.q = cadran.q || []).push(arguments); };

(function () {
  const basket = () => JSON.parse(sessionStorage.getItem("basket") || "[]");
  const agreed = localStorage.getItem("agreed");
  if (agreed) cadran("consent", agreed == "yes");

  const ask = () => {
    const banner = document.createElement("div");
    banner.setAttribute("role", "dialog");
    banner.setAttribute("aria-label", "Mesure d'audience");
    banner.textContent = "Nous mesurons ce qui vous amène chez nous. ";
    for (const [word, answer] of [["Accepter", "yes"], ["Refuser", "no"]]) {
      const button = document.createElement("button");
      button.textContent = word;
      button.addEventListener("click", () => {
        localStorage.setItem("agreed", answer);
        cadran("consent", answer == "yes");
        banner.remove();
      });
      banner.append(button);
    }
    document.body.append(banner);
  };

  addEventListener("DOMContentLoaded", () => {
    if (!agreed) ask();
    document.querySelectorAll("[data-add]").forEach((button) =>
      button.addEventListener("click", () => {
        const items = basket().concat({ name: button.dataset.add, price: button.dataset.price });
        sessionStorage.setItem("basket", JSON.stringify(items));
        cadran("cart", { items, total: items.reduce((sum, each) => sum + Number(each.price), 0).toFixed(2) });
        button.textContent = "Ajouté";
      })
    );
    const list = document.querySelector("#cart");
    if (list) list.innerHTML = basket().map((each) => `<li>${each.name}, ${each.price} €</li>`).join("");
  });
})();
