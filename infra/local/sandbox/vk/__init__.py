"""The sandbox's VK: one community and the people who write to it. https://dev.vk.com/ru/api/community-messages/getting-started"""
