"use strict";
for (const head of document.querySelectorAll("th[data-column]")) {
  head.firstElementChild.addEventListener("click", () => {
    const body = head.closest("table").tBodies[0];
    const up = head.getAttribute("aria-sort") === "descending";
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const value = (row) => row.cells[head.cellIndex].dataset.value;
    const isNumber = head.dataset.column === "number";
    const compare = (a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === "" || y === "") return (x === "") - (y === "");
      const order = isNumber ? x - y : x.localeCompare(y, undefined, {numeric: true});
      return up ? order : -order;
    };
    body.append(...[...body.rows].sort(compare));
  });
}
