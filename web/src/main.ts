import 'element-plus/theme-chalk/dark/css-vars.css'
import './style/base.css'
import { createApp } from 'vue'
import { router } from './router.ts'
import AppRoot from './shell/app-root.vue'
import { startLook } from './shell/look.ts'

startLook()
createApp(AppRoot).use(router).mount('#app')
