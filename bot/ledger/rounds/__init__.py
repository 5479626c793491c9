"""What the clock brings (bot.rounds): digests, reminders, and the news of what is silent."""
