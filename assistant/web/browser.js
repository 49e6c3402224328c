// The browser keeps a secret of its own, by which its conversations are found again.
const NAME = "minutes_browser";

export default function ({ data, setTriggerValue }) {
  const found = document.cookie.match(new RegExp(`(?:^|; )${NAME}=([\\w-]+)`));
  const secret = found ? found[1] : data.secret; // another tab may have made one just before
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${NAME}=${secret}; Max-Age=${data.seconds}; Path=/; SameSite=Strict${secure}`;
  if (secret !== data.secret) setTriggerValue("secret", secret);
}
