const root = document.getElementById("root");
const list = document.createElement("ul");
const heading = document.createElement("h1");
heading.textContent = "Tickets for sale";
root.append(heading, list);
const money = new Intl.NumberFormat(navigator.language, { style: "currency", currency: "USD" });
const answer = await fetch("/api/tickets");
for (const ticket of answer.ok ? await answer.json() : []) {
  const item = document.createElement("li");
  item.textContent = `${ticket.title}, ${money.format(ticket.price)}`;
  list.append(item);
}
