// For the page's head: swaps what the last page was told before anything is painted, and leaves the
// rest to cadran.js. It is the same text for every site, so that a policy can name its hash.
(function (w, d) {
  try {
    var kept = JSON.parse(localStorage.getItem("cadran:" + d.currentScript.dataset.site));
    var now = Date.now(), swaps = kept.swaps.filter(function (each) { return each[2] > now; });
    if (!swaps[0]) return;
    var stub = (w.cadran = w.cadran || function () { (w.cadran.q = w.cadran.q || []).push(arguments); });
    var memory = (stub.m = new WeakMap());
    var swapped = function (text) {
      swaps.forEach(function (each) {
        text = text.replace(RegExp(each[0], "g"), function (_, neighbour, before, own) {
          var at = 0;
          return neighbour + before + own.replace(/\d/g, function () { return each[1][at++]; });
        });
      });
      return text;
    };
    var look = function (node) {
      var name = node.nodeName, text, fresh;
      if (name == "#text") {
        fresh = swapped((text = node.data));
        if (fresh != text) { node.data = fresh; memory.set(node, [text, fresh, 0]); }
      } else if (!/^(SCRIPT|STYLE|TEXTAREA|SELECT|NOSCRIPT)$/.test(name) && !node.isContentEditable) {
        if (name == "A" && /^(tel|sms|callto):/i.test((text = node.getAttribute("href")))) {
          fresh = swapped(text);
          if (fresh != text) { node.setAttribute("href", fresh); memory.set(node, { href: [text, fresh, 0] }); }
        }
        node.childNodes.forEach(look);
      }
    };
    stub.o = new MutationObserver(function (records) {
      records.forEach(function (each) {
        var parent = each.target.parentElement;
        if (each.type == "childList") {
          if (!/^(SCRIPT|STYLE|TEXTAREA|SELECT|NOSCRIPT)$/.test(each.target.nodeName)) each.addedNodes.forEach(look);
        } else if (parent && !/^(SCRIPT|STYLE|TEXTAREA)$/.test(parent.nodeName)) look(each.target);
      });
      stub.o.takeRecords();
    });
    stub.o.observe(d, { subtree: true, childList: true, characterData: true });
  } catch (_) {}
})(window, document);
