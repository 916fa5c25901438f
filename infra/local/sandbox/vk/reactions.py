"""VK's reactions have numbers: https://dev.vk.com/ru/method/messages.getReactionsAssets. Used by people's acts and the page."""

EMOJI = dict(enumerate("❤🔥😂👍💩❓😭😡👎👌😃🤔🙏😘😍🎉", start=1))
NUMBERS = {emoji: number for number, emoji in EMOJI.items()}
