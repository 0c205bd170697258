// Before the first paint: the theme this browser chose. Nothing about people is ever kept here.
{
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
}
